/** The keys of an ssh-agent (draft-ietf-sshm-ssh-agent), those included that ssh2 cannot use: errors must name them. */
import { connect } from 'node:net';
import type { IdentityCallback, ParsedKey, SignCallback, SigningRequestOptions } from 'ssh2';
import ssh2 from 'ssh2';
import { publicKeyType } from './host-key.ts';

export type AgentKey = { readonly type: string; readonly blob: Buffer; readonly comment: string };

const SSH_AGENTC_REQUEST_IDENTITIES = 11;
const SSH_AGENT_IDENTITIES_ANSWER = 12;
/** A local socket; an agent that is there answers in milliseconds. */
const ANSWER_TIMEOUT_MS = 5_000;

/** Asks the agent for its keys, in its order. Rejects when there is no agent at the socket or it does not answer. */
export function listAgentKeys(socketPath: string): Promise<readonly AgentKey[]> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    const fail = (reason: string): void => {
      socket.destroy();
      reject(new Error(reason));
    };
    let received = Buffer.alloc(0);
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => fail('the agent does not answer'));
    socket.on('error', (error) => fail(error.message));
    socket.on('close', () => fail('the agent closed the connection'));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 4 || received.length < 4 + received.readUInt32BE(0)) return;
      socket.destroy();
      resolve(parseIdentities(received.subarray(4)));
    });
    socket.write(Buffer.from([0, 0, 0, 1, SSH_AGENTC_REQUEST_IDENTITIES]));
  });
}

/** Parses the body of an identities answer: a count, then blob and comment of each key. A locked agent has none. */
export function parseIdentities(body: Buffer): readonly AgentKey[] {
  if (body[0] !== SSH_AGENT_IDENTITIES_ANSWER || body.length < 5) return [];
  let rest = body.subarray(5);
  const take = (): Buffer => {
    const length = rest.length < 4 ? 0 : rest.readUInt32BE(0);
    const text = rest.subarray(4, 4 + length);
    rest = rest.subarray(4 + length);
    return text;
  };
  return Array.from({ length: Math.min(body.readUInt32BE(1), body.length) }, () => {
    const blob = take();
    return { type: publicKeyType(blob), blob, comment: take().toString() };
  }).filter((key) => key.type !== '');
}

/** Shows ssh2 one key of an agent, so that it offers that key and no other. */
export class SingleKeyAgent extends ssh2.BaseAgent<ParsedKey> {
  readonly #key: ParsedKey;
  readonly #agent: InstanceType<typeof ssh2.OpenSSHAgent>;

  constructor(socketPath: string, key: ParsedKey) {
    super();
    this.#key = key;
    this.#agent = new ssh2.OpenSSHAgent(socketPath);
  }

  override getIdentities(callback: IdentityCallback<ParsedKey>): void {
    callback(null, [this.#key]);
  }

  override sign(
    key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    callback?: SignCallback,
  ): void {
    if (typeof options === 'function') this.#agent.sign(key, data, options);
    else this.#agent.sign(key, data, options, callback);
  }
}
