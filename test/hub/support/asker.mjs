// A program that asks its terminal: waits for a key, sends each query followed by a DSR, and shows in hex what came before the DSR's answer.
const queries = JSON.parse(process.argv[2]);
process.stdin.setRawMode(true);
process.stdout.write('ready\r\n');
let heard = Buffer.alloc(0);
let next = () => {};
process.stdin.on('data', (bytes) => {
  heard = Buffer.concat([heard, bytes]);
  next();
});
const until = (holds) =>
  new Promise((resolve) => {
    next = () => holds() && resolve();
    next();
  });
await until(() => heard.length > 0);
heard = Buffer.alloc(0);
const done = '\x1b[0n';
for (const query of queries) {
  process.stdout.write(`${query}\x1b[5n`);
  await until(() => heard.includes(done));
  process.stdout.write(`<${heard.subarray(0, heard.indexOf(done)).toString('hex')}>\r\n`);
  heard = heard.subarray(heard.indexOf(done) + done.length);
}
// What comes unasked, or too often, would come by now or behind the next answer.
process.stdout.write('\x1b[5n');
await until(() => heard.includes(done));
process.stdout.write(`rest <${heard.subarray(0, heard.indexOf(done)).toString('hex')}> over\r\n`);
process.stdin.resume();
