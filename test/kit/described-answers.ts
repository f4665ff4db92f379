import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';

interface Described {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: { $ref?: string } }>> }>
  >;
}

interface Route {
  readonly method: string;
  readonly template: string;
  readonly pattern: RegExp;
  readonly operation: Described;
}

/** Holds answers to an OpenAPI document, strictly: what it does not describe is wrong. */
export class DescribedAnswers {
  private readonly ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  private readonly checks = new Map<string, ValidateFunction>();
  private readonly routes: readonly Route[];

  constructor(document: { readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>> }) {
    this.ajv.addSchema(document, 'document', undefined, false);
    const routes = Object.entries(document.paths).flatMap(([template, operations]) =>
      Object.entries(operations).map(([method, operation]) => ({
        ...{ method: method.toUpperCase(), template, operation },
        pattern: new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
      })),
    );
    // paths that are words come before paths that are ids
    this.routes = routes.sort((a, b) => parametersOf(a) - parametersOf(b));
  }

  static async servedAt(url: string): Promise<DescribedAnswers> {
    const answer = await fetch(`${url}/docs/openapi.json`);
    if (!answer.ok) throw new Error(`no OpenAPI document at ${url}: ${answer.status}`);
    return new DescribedAnswers((await answer.json()) as never);
  }

  /** @returns what is wrong with a JSON answer, a line each; nothing where the document says nothing of it */
  wrong(method: string, path: string, status: number, body: unknown): readonly string[] {
    const [pathname = '', query = ''] = path.split('?');
    const route = this.routes.find((one) => one.method === method && one.pattern.test(pathname));
    // a file of the user's own, which may be JSON
    if (!route || query.includes('download=1')) return [];
    const { responses } = route.operation;
    const response = responses[status] ?? (status < 400 ? undefined : responses['default']);
    if (!response) return [`${method} ${route.template} answers ${status}, which is not described`];
    const pointer = response.content?.['application/json']?.schema?.$ref;
    if (pointer === undefined) return [];
    const check = this.checks.get(pointer) ?? this.ajv.compile({ $ref: `document${pointer}` });
    this.checks.set(pointer, check);
    if (check(body)) return [];
    return (check.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `${method} ${route.template} ${instancePath || '/'} ${message} ${JSON.stringify(params)}`,
    );
  }
}

const served = new Map<string, Promise<DescribedAnswers>>();

/** @throws Error unless the server's own OpenAPI document describes the answer, or when it is not there to ask */
export async function holdToDocument(
  url: string,
  ...answer: Parameters<DescribedAnswers['wrong']>
): Promise<void> {
  const asked = served.get(url) ?? DescribedAnswers.servedAt(url);
  served.set(url, asked);
  // a server that was stopped just now is asked again when it is back
  asked.catch(() => served.delete(url));
  const wrong = (await asked).wrong(...answer);
  if (wrong.length > 0) throw new Error(`the OpenAPI document does not say so:\n${wrong.join('\n')}`);
}

const parametersOf = ({ template }: Route): number => template.split('{').length;
