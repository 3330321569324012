import { ESLint } from 'eslint';
import { text } from 'node:stream/consumers';

// Lints texts as if they stood in files of this repository: [{file, text}] on standard input, for each a list of
// {rule, line} on standard output. A process of its own, since ESLint loads its parts past jest's module registry.
const eslint = new ESLint();
const answers = [];
for (const planted of JSON.parse(await text(process.stdin))) {
  const [result] = await eslint.lintText(planted.text, { filePath: planted.file });
  answers.push(result.messages.map(({ ruleId, line }) => ({ rule: ruleId, line })));
}
process.stdout.write(JSON.stringify(answers));
