// Adds the bearer token that a tool has no option for: `node proxy.mjs URL TOKEN` prints the port that it listens on.
import http from "node:http";

const [target, token] = process.argv.slice(2);
const { hostname, port } = new URL(target);
const server = http.createServer((request, response) => {
  const headers = { ...request.headers, authorization: `Bearer ${token}` };
  // The host goes on as it came: whether it is believed is what is tested.
  const passed = http.request({ hostname, port, path: request.url, method: request.method, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  passed.on("error", () => response.destroy());
  request.pipe(passed);
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
