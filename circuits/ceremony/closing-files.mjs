import fs from 'node:fs';

const opened = new Set();
const { open } = fs.promises;

/**
 * Does work of snarkjs, which leaves files open: Node ends a process that finds an open file among its garbage. What
 * was opened meanwhile is closed when the work is over, done or not.
 */
export async function closingFiles(work) {
  fs.promises.open = async (...of) => {
    const file = await open(...of);
    opened.add(file);
    return file;
  };
  try {
    return await work();
  } finally {
    fs.promises.open = open;
    // those that are closed already take it again
    await Promise.all([...opened].map((file) => file.close()));
    opened.clear();
  }
}
