import { Ajv, type ValidateFunction } from 'ajv';

interface AsyncApi {
  readonly components: {
    readonly messages: Readonly<Record<string, { readonly headers?: { readonly $ref: string } }>>;
  };
}

/** Holds messages to an AsyncAPI document, strictly: what it does not describe is wrong. */
export class DescribedMessages {
  private readonly ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  private readonly checks = new Map<string, ValidateFunction>();

  constructor(private readonly document: object) {
    this.ajv.addSchema(document, 'document', undefined, false);
  }

  get types(): readonly string[] {
    return Object.keys((this.document as AsyncApi).components.messages);
  }

  /** @returns what is wrong with a message of a stream, a line each */
  wrongIn(message: { readonly type: string }): readonly string[] {
    return this.wrong(message.type, message);
  }

  /** @returns what is wrong with what is sent as `name` */
  wrong(name: string, payload: unknown): readonly string[] {
    return this.types.includes(name)
      ? this.errors(`#/components/schemas/${name}`, payload)
      : [`${name} is not described`];
  }

  wrongHeaders(name: string, headers: Readonly<Record<string, string>>): readonly string[] {
    const schema = (this.document as AsyncApi).components.messages[name]?.headers;
    return schema ? this.errors(schema.$ref, headers) : [`${name} has no headers that are described`];
  }

  private errors(pointer: string, value: unknown): readonly string[] {
    const check = this.checks.get(pointer) ?? this.ajv.compile({ $ref: `document${pointer}` });
    this.checks.set(pointer, check);
    if (check(value)) return [];
    return (check.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `${pointer} ${instancePath || '/'} ${message} ${JSON.stringify(params)}`,
    );
  }
}
