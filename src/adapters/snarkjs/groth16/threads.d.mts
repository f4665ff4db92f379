export class Threads {
  static open(count: number): Promise<Threads>;
  readonly count: number;
  close(): Promise<void>;
}
