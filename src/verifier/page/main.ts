import './no-code-from-text.js';
import { answerQuestions } from './judge-aside.js';
import { startPage } from './page.js';

/** One program for the page and for the worker it starts: the page is a single file. */
if (typeof document === 'undefined') answerQuestions();
else startPage();
