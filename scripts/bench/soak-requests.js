// Sends signed requests to NATS JetStream until a file is there, through restarts of the server: each is sent until the stream
// has acknowledged it. Now and then a copy, or one that is forged. Then prints the ids that must have a result, one a line.
//   node soak-requests.js PORT SECRET-FILE DATABASES MILLISECONDS-BETWEEN FILE
const net = require("net"), crypto = require("crypto"), fs = require("fs");
const [port, secretFile, databases, pause, enough] = process.argv.slice(2);
const secret = fs.readFileSync(secretFile, "utf8").trim();
const time = plus => new Date(Date.now() + plus).toISOString().replace(/\.\d+Z/, "Z");

function request(number) {
  const fields = {
    id: `soak-${number}`,
    database: `soak_${1 + (number % databases)}`,
    expiresAt: time(3600_000),
    issuedAt: time(0),
    keyId: "soak",
    operation: number % 10 === 9 ? "restore" : number % 3 === 2 ? "verify" : "backup",
    requestedBy: "the soak",
  };
  if (fields.operation !== "backup") fields.selector = "latest";
  const canonical = JSON.stringify(Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1))));
  return { ...fields, signature: crypto.createHmac("sha256", secret).update(canonical).digest("base64") };
}

/** Publishes one, and fails unless the stream says that it has it. */
function publish(message) {
  const text = JSON.stringify(message);
  return new Promise((done, failed) => {
    const socket = net.connect(+port, "127.0.0.1");
    let heard = "";
    socket.setTimeout(3000, () => socket.destroy(new Error("no answer")));
    socket.on("error", failed);
    socket.on("close", () => failed(new Error("closed")));
    socket.on("connect", () =>
      socket.write(`CONNECT {"verbose":false}\r\nSUB soak.answer 1\r\nPUB af.requests soak.answer ${Buffer.byteLength(text)}\r\n${text}\r\n`));
    socket.on("data", data => {
      heard += data;
      if (/"seq":\s*\d+/.test(heard)) {
        done();
        socket.end();
      }
    });
  });
}

const sleep = millis => new Promise(done => setTimeout(done, millis));
async function surely(message) {
  while (true) {
    try {
      return await publish(message);
    } catch (e) {
      await sleep(500);
    }
  }
}

(async () => {
  const sent = [];
  for (let number = 1; !fs.existsSync(enough); number++) {
    const message = request(number);
    await surely(message);
    sent.push(message.id);
    if (number % 7 === 0) await surely(message);
    if (number % 11 === 0) await surely({ ...message, id: `forged-${number}` });
    await sleep(+pause);
  }
  console.log(sent.join("\n"));
})();
