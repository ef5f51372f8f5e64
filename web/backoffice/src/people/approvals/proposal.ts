/** How a kind of proposals is shown, and the content of one, which the graph has as JSON. */

/** A value that changes; null before if nothing was there. */
export interface Change {
  readonly what: string;
  readonly before: string | null;
  readonly after: string;
}

/** A proposal in words. */
export interface InWords {
  /** Such as “£5.00 for c-1003 in week 48”. */
  readonly title: string;
  /** What it means, each as a whole sentence. */
  readonly sentences: readonly string[];
  /** All the rest of it, after what changes. */
  readonly details?: readonly string[];
  readonly changes: readonly Change[];
  /** What it is about, as a path of the screens. */
  readonly object: { readonly path: string; readonly label: string; readonly permission: string };
}

/** How proposals of a kind are shown. */
export interface Kind {
  /** The kind in words, for those who may not see what a proposal is about. */
  readonly name: string;
  /** What happens when it is approved, and what then remains to be done. */
  readonly onApproval: string;
  /** The role whose people approve it. */
  readonly approvers: string;
  /**
   * @param brand in whose zone times are; null if the proposal is of no brand
   * @throws {TypeError} if the content has another form
   */
  readonly inWords: (content: Content, brand: string | null) => InWords;
}

/** The content of a proposal, whose values are read by name and type. */
export class Content {
  private readonly values: Readonly<Record<string, unknown>>;

  constructor(values: unknown) {
    if (typeof values !== 'object' || values === null) throw new TypeError('this is no content of a proposal');
    this.values = values as Readonly<Record<string, unknown>>;
  }

  text(name: string): string {
    const value = this.values[name];
    if (typeof value !== 'string') throw new TypeError(`${name} is no text`);
    return value;
  }

  textOrNull(name: string): string | null {
    return this.values[name] === null ? null : this.text(name);
  }

  number(name: string): number {
    const value = this.values[name];
    if (typeof value !== 'number') throw new TypeError(`${name} is no number`);
    return value;
  }

  /** Null also for what proposals of an earlier release lack. */
  numberOrNull(name: string): number | null {
    return (this.values[name] ?? null) === null ? null : this.number(name);
  }

  flag(name: string): boolean {
    const value = this.values[name];
    if (typeof value !== 'boolean') throw new TypeError(`${name} is neither true nor false`);
    return value;
  }

  texts(name: string): readonly string[] {
    const value = this.values[name];
    if (!Array.isArray(value)) throw new TypeError(`${name} is no list`);
    return value.map(String);
  }

  part(name: string): Content {
    return new Content(this.values[name]);
  }

  /** Null also for what proposals of an earlier release lack. */
  partOrNull(name: string): Content | null {
    return (this.values[name] ?? null) === null ? null : this.part(name);
  }

  parts(name: string): readonly Content[] {
    const value = this.values[name];
    if (!Array.isArray(value)) throw new TypeError(`${name} is no list`);
    return value.map((one) => new Content(one));
  }

  /** The names of the values and their own contents. */
  entries(): readonly (readonly [string, unknown])[] {
    return Object.entries(this.values);
  }
}
