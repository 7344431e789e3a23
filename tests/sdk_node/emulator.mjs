// The emulator as a process of its own, and the official SDK pointed at it, unchanged.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import DescopeClient from '@descope/node-sdk';

export const KEY = 'K2fakeManagementKey';
let rounds = 0;

/** Run `dstate emulator start` on a free port while `use` runs, and end it by its own process id. */
export async function served(options, use, environment = {}) {
  const dstate = process.env.DSTATE ?? 'dstate';
  const child = spawn(dstate, ['emulator', 'start', '--port', '0', ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  const ended = once(child, 'exit');
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  try {
    const address = once(createInterface({ input: child.stdout }), 'line');
    const [line] = await Promise.race([address, ended]);
    assert.match(String(line), /^http:/, `the emulator did not start: ${said}`);
    return await use(line.trim());
  } finally {
    child.kill('SIGINT');
    const [status] = await ended;
    assert.equal(status, 0, said);
  }
}

/** The management half of a client, in a project of its own unless one is named. */
export function management(baseUrl, { project, key = KEY } = {}) {
  rounds += 1;
  const projectId = project ?? `P2node${String(process.pid * 1000 + rounds).padStart(20, '0')}`;
  // What the SDK says about a licence it could not ask for is of no interest here.
  const quiet = { log() {}, debug() {}, info() {}, warn() {}, error() {} };
  return DescopeClient({ projectId, managementKey: key, baseUrl, logger: quiet }).management;
}

/** Await a call that must succeed, and give what it answered. */
export async function good(call) {
  const answer = await call;
  assert.equal(answer.ok, true, JSON.stringify(answer.error));
  return answer.data;
}

/** Await a call that must be refused in the form the service documents, and give the refusal. */
export async function refused(call, code) {
  const answer = await call;
  assert.equal(answer.ok, false);
  assert.equal(answer.code, code, JSON.stringify(answer.error));
  for (const field of ['errorCode', 'errorDescription', 'errorMessage']) {
    assert.equal(typeof answer.error[field], 'string', `${field} of a ${code}`);
  }
  return answer.error;
}

/** The values of one field, in order. */
export function each(rows, field) {
  return rows.map((row) => row[field]).sort();
}
