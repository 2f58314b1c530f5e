/** A model's server and a shop's till, as small as they can be: nothing is learnt, what is wanted is scripted. */
import { createServer, type IncomingMessage } from "node:http";

/** What the till was asked, and with which authorization. */
export interface Payment {
  body: unknown;
  authorization: string | undefined;
}

export interface Scripted {
  /** An OpenAI-compatible endpoint. */
  model: string;
  till: string;
  paid: Payment[];
  stop: () => void;
}

interface Question {
  messages: { role: string; content: unknown }[];
  tools?: { function: { name: string } }[];
}

export async function startScripted(): Promise<Scripted> {
  const paid: Payment[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const body = (await json(request)) as unknown;
      response.setHeader("content-type", "application/json");
      if (request.url === "/till") {
        paid.push({ body, authorization: request.headers.authorization });
        response.end('{"payment":"P-1"}');
      } else response.end(JSON.stringify(answer(body as Question)));
    })();
  });
  await new Promise<void>((open) => server.listen(0, "127.0.0.1", open));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
  return {
    model: `${url}/v1`,
    till: `${url}/till`,
    paid,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Who was charged twice shall be paid back; who wants a discount is promised one, which nothing allows. */
function answer({ messages, tools = [] }: Question): object {
  const asked = String(messages.findLast((m) => m.role === "user")?.content ?? "");
  if (/charged twice/i.test(asked) && tools.some((t) => t.function.name === "pay_back"))
    return completion({
      content: "",
      tool_calls: [
        { id: "call_1", type: "function", function: { name: "pay_back", arguments: '{"order":"1043"}' } },
      ],
    });
  const said = /discount/i.test(asked)
    ? {
        outcome: "hand_off",
        text: "You get a discount of 30% on everything.",
        reason: "they want a discount",
        summary: "A discount",
      }
    : { outcome: "hand_off", text: "", reason: "it is not in the script", summary: "" };
  return completion({ content: JSON.stringify({ ...said, citations: [], facts: [] }) });
}

const completion = (message: { content: string; tool_calls?: object[] }) => ({
  id: "chatcmpl-1",
  object: "chat.completion",
  model: "scripted",
  choices: [
    {
      index: 0,
      message: { role: "assistant", ...message },
      finish_reason: message.tool_calls ? "tool_calls" : "stop",
    },
  ],
  usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 },
});

async function json(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return chunks.length ? JSON.parse(Buffer.concat(chunks).toString()) : null;
}
