// Reads the servers of Claude Desktop, Cursor and Windsurf as VS Code does when it is asked to take
// them over: from the files that it knows of, with its own reader. Run from a folder that has it:
//   node vscode_discovery.mjs HOME
// Prints a line of JSON: for each program its file and its servers with their commands and variables.
import { readFileSync } from 'node:fs';

const SOURCES = '@codingame/monaco-vscode-api/vscode/vs/base/common/';
const READERS = './node_modules/@codingame/monaco-vscode-mcp-service-override/vscode/src/vs/workbench/contrib/mcp/common/discovery/nativeMcpDiscoveryAdapters.js';
const { URI } = await import(`${SOURCES}uri`);
const { VSBuffer } = await import(`${SOURCES}buffer`);
const { Platform } = await import(`${SOURCES}platform`);
const readers = await import(READERS);

const programs = {
  'claude-desktop': readers.ClaudeDesktopMpcDiscoveryAdapter,
  cursor: readers.CursorDesktopMpcDiscoveryAdapter,
  windsurf: readers.WindsurfDesktopMpcDiscoveryAdapter,
};
const platform = process.platform === 'darwin' ? Platform.Mac : Platform.Linux;
const account = { platform, homedir: URI.file(process.argv[2]) };
const told = {};
for (const [name, Reader] of Object.entries(programs)) {
  const reader = new Reader(null);
  const file = reader.getFilePath(account).fsPath;
  try {
    const servers = await reader.adaptFile(VSBuffer.wrap(readFileSync(file)), account);
    told[name] = servers.map(({ label, launch: { command, args, env } }) => ({ name: label, command, args, env }));
  } catch (failure) {
    if (failure.code !== 'ENOENT') throw failure;
    told[name] = null; // it has no such file
  }
}
console.log(JSON.stringify(told));
