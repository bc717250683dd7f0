// Reads a file of MCP servers as VS Code does: with its own parser, against its own schema. Run from
// a folder that has the packages:
//   node vscode_file.mjs FILE
// Prints a line of JSON: the servers' names, what the parser and the schema object to, and whether
// the schema objects to the same file with a number for a command, which it must.
import { readFileSync } from 'node:fs';
import Ajv from 'ajv';

const SOURCES = '@codingame/monaco-vscode-api/vscode/vs/';
const { mcpServerSchema } = await import(`${SOURCES}workbench/contrib/mcp/common/mcpConfiguration`);
const { parse } = await import(`${SOURCES}base/common/json`);

const { id, ...schema } = mcpServerSchema; // the name of an older draft for $id
const check = new Ajv({ strict: false, logger: false }).compile(schema);
const mistakes = [];
const file = parse(readFileSync(process.argv[2], 'utf8'), mistakes, { allowTrailingComma: true });
const objections = check(file) ? [] : check.errors.map((each) => `${each.instancePath} ${each.message}`);
const spoilt = structuredClone(file);
for (const each of Object.values(spoilt.servers)) each.command = 5;
console.log(JSON.stringify({ servers: Object.keys(file.servers), mistakes, objections, notices: !check(spoilt) }));
