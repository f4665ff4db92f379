import http from 'node:http';

const agent = new http.Agent({ keepAlive: true, maxSockets: 512, noDelay: true });

/** One JSON call over a kept connection. @throws Error for an answer of 300 and above */
export const call = (method, url, body, headers = {}) =>
  new Promise((resolve, reject) => {
    const data = body === undefined ? undefined : JSON.stringify(body);
    const size =
      data === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(data) };
    const request = http.request(url, { method, agent, headers: { ...size, ...headers } }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode >= 300)
          return reject(new Error(`${response.statusCode} ${url}: ${text.slice(0, 300)}`));
        resolve(text === '' ? undefined : JSON.parse(text));
      });
    });
    request.on('error', reject);
    request.end(data);
  });

/** Asks until there is an answer. @throws Error after `ms` */
export async function until(ask, what, ms = 60_000, everyMs = 50) {
  const end = Date.now() + ms;
  for (;;) {
    try {
      const answer = await ask();
      if (answer) return answer;
    } catch (error) {
      if (Date.now() > end) throw new Error(`${what} is not there after ${ms} ms`, { cause: error });
    }
    if (Date.now() > end) throw new Error(`${what} is not there after ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
