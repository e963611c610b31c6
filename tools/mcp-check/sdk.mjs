// The official TypeScript SDKs against a running demo: `node sdk.mjs URL TOKEN`. The older one shakes hands, the newer one does
// not have to. Both hold structured results to the schemas that the server tells.
import assert from "node:assert/strict";
import { Client as OldClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as OldTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

const [url, token] = process.argv.slice(2);
const requestInit = { headers: { authorization: `Bearer ${token}` } };

for (const [name, AnyClient, AnyTransport] of [
  ["sdk", OldClient, OldTransport],
  ["client", Client, StreamableHTTPClientTransport],
]) {
  const client = new AnyClient({ name, version: "1" });
  await client.connect(new AnyTransport(new URL(url), { requestInit }));
  const { tools } = await client.listTools();
  assert.equal(tools.length, 10);
  const free = await client.callTool({ name: "check_availability", arguments: {} });
  assert.ok(Array.isArray(free.structuredContent.gaps));
  const listed = await client.callTool({ name: "list_tasks", arguments: { limit: 5 } });
  assert.ok(listed.structuredContent.tasks.length > 0);
  const unknown = { task_id: "00000000-0000-4000-8000-00000000abcd" };
  const refused = await client.callTool({ name: "slack", arguments: unknown });
  assert.equal(refused.isError, true);
  assert.equal(JSON.parse(refused.content[0].text).code, "NOT_FOUND");
  await assert.rejects(client.callTool({ name: "no_such_tool", arguments: {} }));
  await client.close();
  console.log(`${name}: ${tools.length} tools`);
}
