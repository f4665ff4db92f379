import type { ServiceOffer } from '../../../ports/catalogue.js';
import { money } from '../answer.js';

export const serviceView = ({ price, ...offer }: ServiceOffer) => ({ ...offer, ...money('price', price) });
