// What is refused: each in the service's form, and the SDK tells it without throwing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { good, management, refused, served } from './emulator.mjs';

const PORTAL = { name: 'Portal', loginPageUrl: 'https://login.example', enabled: true };
const ZAP = { name: 'Zap', loginPageUrl: 'https://login.example', permissionsScopes: [] };

test('what is not there is a 404, of every kind that is asked for by id', async () => {
  await served(['--tier', 'pro', '--no-limits'], async (url) => {
    const sdk = management(url);
    const asked = [
      sdk.tenant.load('nobody'),
      sdk.tenant.update('nobody', 'Nobody'),
      sdk.tenant.delete('nobody'),
      sdk.tenant.getSettings('nobody'),
      sdk.permission.update('nobody', 'somebody'),
      sdk.role.update('nobody', 'somebody'),
      sdk.role.create('r', '', [], 'nobody'),
      sdk.flow.export('nobody'),
      sdk.accessKey.load('nobody'),
      sdk.accessKey.rotate('nobody'),
      sdk.ssoApplication.load('nobody'),
      sdk.inboundApplication.loadApplication('nobody'),
      sdk.outboundApplication.loadApplication('nobody'),
      sdk.list.load('nobody'),
      sdk.list.loadByName('nobody'),
      sdk.jwtTemplate.load('nobody'),
      sdk.password.getSettings('nobody'),
      sdk.managementKey.load('nobody'),
      sdk.descoper.load('nobody'),
      sdk.engine.load('nobody'),
    ];
    for (const call of asked) {
      const error = await refused(call, 404);
      assert.equal(error.errorCode, 'E404000');
    }
  });
});

test('a duplicate, a missing field and a bad reference are a 400', async () => {
  await served(['--tier', 'pro', '--no-limits'], async (url) => {
    const sdk = management(url);
    await good(sdk.tenant.createWithId('acme', 'Acme', ['acme.example']));
    await good(sdk.role.create('r'));
    await good(sdk.permission.create('p'));
    await good(sdk.list.create({ name: 'l', type: 'texts' }));
    await good(sdk.ssoApplication.createOidcApplication(PORTAL));
    await good(sdk.inboundApplication.createApplication(ZAP));
    for (const call of [
      sdk.tenant.createWithId('acme', 'Other'),
      sdk.tenant.create('Acme'),
      sdk.tenant.create('Other', ['acme.example']),
      sdk.role.create('r'),
      sdk.permission.create('p'),
      sdk.list.create({ name: 'l', type: 'ips' }),
      sdk.ssoApplication.createOidcApplication(PORTAL),
      sdk.inboundApplication.createApplication(ZAP),
    ]) {
      await refused(call, 400);
    }
    const unnamed = await refused(sdk.role.create(''), 400);
    assert.equal(unnamed.errorCode, 'E011003');
    assert.equal(unnamed.errorMessage, 'The name field is required');
    await refused(sdk.role.create('q', '', ['nothing']), 400);
    await refused(sdk.accessKey.create('k', 0, ['nothing']), 400);
    await refused(sdk.tenant.updateDefaultRoles('acme', ['nothing']), 400);
  });
});

test('a wrong management key is a 401', async () => {
  const options = { DSTATE_EMULATOR_KEY: 'KtheOnlyOne' };
  await served(
    [],
    async (url) => {
      const wrong = management(url, { key: 'Kanother' });
      const error = await refused(wrong.permission.loadAll(), 401);
      assert.equal(error.errorCode, 'E011008');
      await good(management(url, { key: 'KtheOnlyOne' }).permission.loadAll());
    },
    options,
  );
});

test('no management key at all is a 401', async () => {
  await served([], async (url) => {
    await refused(management(url, { key: '' }).permission.loadAll(), 401);
  });
});

test('what the free plan does not include is a 403 that says so', async () => {
  await served(['--tier', 'free', '--no-limits'], async (url) => {
    const sdk = management(url);
    for (const call of [
      sdk.ssoApplication.createOidcApplication(PORTAL),
      sdk.project.exportSnapshot(),
      sdk.project.clone('copy'),
    ]) {
      const error = await refused(call, 403);
      assert.match(error.errorMessage, /licen[sc]e/i);
    }
  });
});

test('too many calls are a 429 with the seconds to wait', async () => {
  await served(['--limit', 'general=5/60'], async (url) => {
    const { permission } = management(url);
    let answer = await permission.loadAll();
    // The licence is asked for as well, at a moment that the SDK chooses.
    for (let calls = 1; answer.ok && calls < 6; calls += 1) {
      answer = await permission.loadAll();
    }
    assert.deepEqual([answer.ok, answer.code], [false, 429]);
    assert.equal(answer.error.errorCode, 'E130429');
    assert.equal(answer.error.errorMessage, 'API rate limit exceeded.');
    assert.equal(answer.error.retryAfter, 60);
    const again = await permission.loadAll();
    assert.equal(again.code, 429);
    assert.ok(again.error.retryAfter > 0 && again.error.retryAfter <= 60);
  });
});

test('an answer of 503 is asked for again, and what was lost is found done', async () => {
  await served(['--no-limits', '--fault', 'POST /v1/mgmt/permission/create: status=503, effect, times=1'], async (url) => {
    const { permission } = management(url);
    // The first was done although it was answered 503: sent again, it is there already.
    const answer = await permission.create('once');
    assert.deepEqual([answer.ok, answer.code], [false, 400]);
    const held = await good(permission.loadAll());
    assert.equal(held.filter((row) => row.name === 'once').length, 1);
  });
});
