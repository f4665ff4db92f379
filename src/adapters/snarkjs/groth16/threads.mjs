import { Worker } from 'node:worker_threads';

/** Threads that take the most urgent task that waits as soon as they are free. */
export class Threads {
  #idle = [];
  #waiting = [];
  #pending = new Map();
  #lastId = 0;

  static async open(count) {
    const threads = new Threads();
    threads.workers = await Promise.all(Array.from({ length: count }, (_, index) => threads.#start(index)));
    return threads;
  }

  get count() {
    return this.workers.length;
  }

  /** Tells every thread, behind what it has in hand. */
  all(task, given) {
    return Promise.all(this.workers.map((worker) => this.#send(worker, task, given)));
  }

  /** @param urgency the larger the sooner */
  run(task, given, urgency = 0) {
    return new Promise((resolve, reject) => {
      const entry = { task, given, urgency, resolve, reject };
      const place = this.#waiting.findIndex((other) => other.urgency < urgency);
      this.#waiting.splice(place < 0 ? this.#waiting.length : place, 0, entry);
      this.#next();
    });
  }

  async close() {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  #next() {
    while (this.#idle.length > 0 && this.#waiting.length > 0) {
      const worker = this.#idle.pop();
      const { task, given, resolve, reject } = this.#waiting.shift();
      this.#send(worker, task, given)
        .finally(() => {
          this.#idle.push(worker);
          this.#next();
        })
        .then(resolve, reject);
    }
  }

  #send(worker, task, given) {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      worker.postMessage({ id, task, ...given });
    });
  }

  #start(index) {
    return new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./thread.mjs', import.meta.url), { workerData: { index } });
      // a lost thread takes the process with it: its parent starts another and asks again
      worker.on('error', (error) => {
        reject(error);
        throw error;
      });
      worker.on('message', ({ id, result, failed, ready }) => {
        if (ready) {
          this.#idle.push(worker);
          resolve(worker);
          return;
        }
        const pending = this.#pending.get(id);
        this.#pending.delete(id);
        if (failed === undefined) pending.resolve(result);
        else pending.reject(new Error(failed));
      });
    });
  }
}
