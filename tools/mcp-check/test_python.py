"""The official Python client against a running demo, at `MCP_URL` with `MCP_TOKEN`: what it finds, does, and is refused."""

import json
import os
import unittest

import httpx2
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client

URL, TOKEN = os.environ["MCP_URL"], os.environ["MCP_TOKEN"]


def client(token=TOKEN):
    http = httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"})
    return Client(streamable_http_client(URL, http_client=http))


class Tools(unittest.IsolatedAsyncioTestCase):
    async def test_tools_are_found_and_called(self):
        async with client() as agent:
            tools = (await agent.list_tools()).tools
            self.assertEqual(len(tools), 10)
            hints = {tool.name: tool.annotations for tool in tools}
            self.assertTrue(hints["list_tasks"].read_only_hint)
            self.assertTrue(hints["accept_proposal"].destructive_hint)
            listed = await agent.call_tool("list_tasks", {"limit": 5})
            self.assertFalse(listed.is_error)
            self.assertEqual(json.loads(listed.content[0].text), listed.structured_content)

    async def test_a_refusal_is_a_result_that_says_what_to_do_next(self):
        async with client() as agent:
            refused = await agent.call_tool("slack", {"task_id": "00000000-0000-4000-8000-00000000abcd"})
            self.assertTrue(refused.is_error)
            self.assertIn("next", json.loads(refused.content[0].text))

    async def test_a_tool_that_is_not_there_is_an_error_of_the_protocol(self):
        async with client() as agent:
            with self.assertRaises(MCPError):
                await agent.call_tool("no_such_tool", {})


if __name__ == "__main__":
    unittest.main()
