// Asks a server through one of the clients that programs in JavaScript use: node node_clients.mjs CLIENT BASE_URL FOLDER
// FOLDER holds node_modules. Prints what came back as JSON, as python_clients.py does.

import { createRequire } from "node:module";

const [client, baseURL, folder] = process.argv.slice(2);
const require = createRequire(`${folder}/clients.cjs`);
const question = "How much is the cooperative share that every member buys?";
const followUp = "And who pays it?";
const model = "pagewise";
const apiKey = "any";

async function refused(call) {
  try {
    return { status: 200, param: null, message: JSON.stringify(await call()) };
  } catch (error) {
    const found = error.cause?.statusCode ? error.cause : error;
    const body = found.responseBody ? JSON.parse(found.responseBody).error : found;
    return { status: found.status ?? found.statusCode, param: body.param, message: found.message };
  }
}

async function askOpenai() {
  const { OpenAI } = require("openai");
  const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
  const said = [{ role: "user", content: question }];
  const content = async (messages, more = {}) =>
    (await client.chat.completions.create({ model, messages, ...more })).choices[0].message.content;
  const whole = await content(said);
  let stream = "";
  for await (const piece of await client.chat.completions.create({ model, messages: said, stream: true })) {
    stream += piece.choices[0]?.delta?.content ?? "";
  }
  const talk = [...said, { role: "assistant", content: whole }, { role: "user", content: followUp }];
  const json = { response_format: { type: "json_object" } };
  return { whole, stream, follow_up: await content(talk), typed: await refused(() => content(said, json)) };
}

async function askAi() {
  const { generateText, streamText, generateObject, jsonSchema } = require("ai");
  const { createOpenAICompatible } = require("@ai-sdk/openai-compatible");
  const pagewise = createOpenAICompatible({
    name: "pagewise", baseURL, apiKey, includeUsage: true, supportsStructuredOutputs: true,
  })(model);
  const options = { model: pagewise, maxRetries: 0 };
  const whole = (await generateText({ ...options, prompt: question })).text;
  let stream = "";
  for await (const piece of streamText({ ...options, prompt: question }).textStream) stream += piece;
  const messages = [
    { role: "user", content: question },
    { role: "assistant", content: whole },
    { role: "user", content: followUp },
  ];
  const schema = jsonSchema({ type: "object", properties: { euros: { type: "number" } } });
  return {
    whole,
    stream,
    follow_up: (await generateText({ ...options, messages })).text,
    typed: await refused(() => generateObject({ ...options, prompt: question, schema })),
  };
}

const clients = { openai: askOpenai, ai: askAi };
process.stdout.write("\n" + JSON.stringify(await clients[client]()));
