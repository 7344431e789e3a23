// Every kind that the SDK manages: made, loaded, listed, searched, changed, deleted, in batches.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { each, good, management, refused, served } from './emulator.mjs';

const LOGIN = 'https://login.example';
const SYSTEM = ['Impersonate', 'SSO Admin', 'User Admin'];
const SCHEMA = 'model AuthZ 1.0\n\ntype user\n\ntype doc\n  relation owner: user\n';
let url;
let finished;
let serving;

before(async () => {
  await new Promise((ready, failed) => {
    serving = served(['--tier', 'pro', '--no-limits'], (address) => {
      url = address;
      ready();
      return new Promise((done) => {
        finished = done;
      });
    });
    serving.catch(failed);
  });
});

after(async () => {
  finished();
  await serving;
});

test('permissions', async () => {
  const { permission } = management(url);
  await good(permission.create('a', 'first'));
  await good(permission.createBatch([{ name: 'b' }, { name: 'c', description: 'third' }]));
  await good(permission.update('a', 'a2', 'changed'));
  const held = await good(permission.loadAll());
  const named = Object.fromEntries(held.map((row) => [row.name, row]));
  assert.equal(named.a2.description, 'changed');
  assert.equal(named.b.description, '');
  assert.equal(named.Impersonate.systemDefault, true);
  assert.equal(named.b.systemDefault, false);
  assert.match(named.b.id, /^PERM/);
  await good(permission.updateWithId(named.b.id, 'b2'));
  await good(permission.updateBatch([{ id: named.c.id, newName: 'c2' }]));
  const changed = await good(permission.loadAll());
  // What an update leaves out is cleared.
  assert.equal(changed.find((row) => row.name === 'c2').description, '');
  await good(permission.delete('a2'));
  await good(permission.deleteWithId(named.b.id));
  await good(permission.deleteBatch(['c2']));
  assert.deepEqual(each(await good(permission.loadAll()), 'name'), SYSTEM);
  await refused(permission.delete('SSO Admin'), 400);
});

test('roles of the project and of a tenant', async () => {
  const { role, tenant } = management(url);
  await good(tenant.createWithId('acme', 'Acme'));
  await good(role.create('editor', 'Edits', ['User Admin']));
  await good(role.create('editor', undefined, undefined, 'acme', true));
  await good(role.createBatch([{ name: 'x' }, { name: 'y', permissionNames: ['SSO Admin'] }]));
  await good(role.update('editor', 'writer', 'Writes', ['SSO Admin']));
  const [writer] = await good(role.search({ roleNames: ['writer'] }));
  assert.deepEqual(writer.permissionNames, ['SSO Admin']);
  assert.match(writer.id, /^ROL/);
  assert.equal(writer.tenantId, '');
  assert.equal(typeof writer.createdTime, 'number');
  const inside = await good(role.search({ tenantIds: ['acme'] }));
  assert.deepEqual(each(inside, 'name'), ['editor']);
  assert.equal(inside[0].default, true);
  const alike = await good(role.search({ roleNameLike: 'WRIT' }));
  assert.deepEqual(each(alike, 'name'), ['writer']);
  await good(role.updateWithId(writer.id, 'author'));
  const [author] = await good(role.search({ roleNames: ['author'] }));
  assert.deepEqual([author.permissionNames, author.description], [[], '']);
  const [x] = await good(role.search({ roleNames: ['x'] }));
  const batch = await good(role.updateBatch([{ id: x.id, newName: 'x2', permissionNames: SYSTEM }]));
  assert.deepEqual(each(batch, 'name'), ['x2']);
  await good(role.delete('editor', 'acme'));
  await good(role.deleteBatch(['y']));
  await good(role.deleteBatch(undefined, undefined, [x.id]));
  await good(role.deleteWithId(author.id));
  assert.deepEqual(each(await good(role.loadAll()), 'name'), ['Tenant Admin']);
});

test('a batch is done whole or not at all', async () => {
  const { role } = management(url);
  await refused(role.createBatch([{ name: 'one' }, { name: 'Tenant Admin' }]), 400);
  assert.deepEqual(each(await good(role.loadAll()), 'name'), ['Tenant Admin']);
});

test('a batch without a filter deletes every role', async () => {
  const { role } = management(url);
  await good(role.deleteBatch());
  assert.deepEqual(await good(role.loadAll()), []);
});

test('tenants', async () => {
  const { tenant } = management(url);
  const made = await good(tenant.create('Acme', ['acme.example'], { plan: 'gold' }));
  assert.match(made.id, /^T/);
  await good(tenant.create('Branch', [], {}, false, false, made.id));
  const loaded = await good(tenant.load(made.id));
  assert.deepEqual(loaded.selfProvisioningDomains, ['acme.example']);
  assert.deepEqual(loaded.customAttributes, { plan: 'gold' });
  assert.equal(loaded.parent, '');
  assert.equal(loaded.successors.length, 1);
  const below = await good(tenant.searchAll([], [], [], {}, made.id));
  assert.deepEqual(each(below, 'name'), ['Branch']);
  await refused(tenant.delete(made.id), 400);
  await good(tenant.delete(below[0].id));
  await good(tenant.update(made.id, 'Acme Ltd', ['acme.example']));
  assert.deepEqual((await good(tenant.load(made.id))).customAttributes, {});
  await good(tenant.updateDefaultRoles(made.id, ['Tenant Admin']));
  const found = await good(tenant.searchAll(undefined, ['Acme Ltd']));
  assert.deepEqual(found[0].defaultRoles, ['Tenant Admin']);
  assert.deepEqual(each(await good(tenant.loadAll()), 'id'), [made.id]);
  const link = await good(tenant.generateSSOConfigurationLink(made.id, 3600));
  assert.match(link.adminSSOConfigurationLink, /^https:/);
  await good(tenant.revokeSSOConfigurationLink(made.id));
  await good(tenant.delete(made.id, true));
  assert.deepEqual(await good(tenant.loadAll()), []);
});

test('the settings of a tenant, with the capital letter that the SDK sends', async () => {
  const { tenant } = management(url);
  await good(tenant.createWithId('acme', 'Acme', ['acme.example']));
  await good(
    tenant.configureSettings('acme', {
      selfProvisioningDomains: ['acme.test'],
      domains: [],
      authType: 'none',
      sessionSettingsEnabled: true,
      refreshTokenExpiration: 30,
      refreshTokenExpirationUnit: 'days',
      enableInactivity: true,
      InactivityTime: 10,
      InactivityTimeUnit: 'minutes',
    }),
  );
  const settings = await good(tenant.getSettings('acme'));
  assert.equal(settings.enabled, true);
  assert.equal(settings.refreshTokenExpiration, 30);
  assert.equal(settings.inactivityTime, 10);
  assert.equal(settings.inactivityTimeUnit, 'minutes');
  assert.deepEqual((await good(tenant.load('acme'))).selfProvisioningDomains, ['acme.test']);
});

test('flows and the theme', async () => {
  const { flow, theme } = management(url);
  const { flows, total } = await good(flow.list());
  assert.ok(flows.length > 5);
  assert.equal(total, flows.length);
  assert.ok(each(flows, 'id').includes('sign-up-or-in'));
  assert.ok(flows.every((row) => row.dsl === undefined));
  const exported = await good(flow.export('sign-up-or-in'));
  const again = await good(flow.import('sign-up-or-in', exported.flow, exported.screens));
  assert.equal(again.flow.version, exported.flow.version + 1);
  assert.deepEqual(again.flow.dsl, exported.flow.dsl);
  assert.equal(typeof again.flow.modifiedTime, 'string');
  await good(flow.import('mine', { name: 'Mine', dsl: { a: 1 } }, [{ id: 'SC1' }]));
  assert.equal((await good(flow.export('mine'))).flow.name, 'Mine');
  await good(flow.delete(['mine']));
  await refused(flow.export('mine'), 404);
  const before = (await good(theme.export())).theme;
  const written = (await good(theme.import(before))).theme;
  assert.equal(written.version, before.version + 1);
  assert.deepEqual(written.cssTemplate, before.cssTemplate);
});

test('access keys', async () => {
  const { accessKey, tenant } = management(url);
  await good(tenant.createWithId('acme', 'Acme'));
  const made = await good(accessKey.create('ci', 0, ['Tenant Admin']));
  const { id } = made.key;
  assert.ok(made.cleartext);
  const tenants = [{ tenantId: 'acme', roleNames: ['Tenant Admin'] }];
  const other = await good(accessKey.create('robot', 0, [], tenants));
  await good(accessKey.update(id, 'ci-2', 'Builds more'));
  const loaded = await good(accessKey.load(id));
  // What an update leaves out is kept, here alone.
  assert.deepEqual([loaded.name, loaded.roleNames], ['ci-2', ['Tenant Admin']]);
  assert.equal(loaded.cleartext, undefined);
  await good(accessKey.update(id, 'ci-2', undefined, []));
  assert.deepEqual((await good(accessKey.load(id))).roleNames, []);
  const turned = await good(accessKey.rotate(id));
  assert.equal(turned.key.id, id);
  assert.notEqual(turned.cleartext, made.cleartext);
  await good(accessKey.deactivate(id));
  assert.equal((await good(accessKey.load(id))).status, 'inactive');
  await refused(accessKey.rotate(id), 400);
  await good(accessKey.activate(id));
  await good(accessKey.deactivateBatch([id]));
  await good(accessKey.activateBatch([id]));
  const found = await good(accessKey.searchAll(['acme']));
  assert.deepEqual(each(found, 'id'), [other.key.id]);
  assert.equal(found[0].keyTenants[0].tenantName, 'Acme');
  await refused(tenant.delete('acme'), 400);
  await good(accessKey.delete(id));
  await good(accessKey.deleteBatch([other.key.id]));
  assert.deepEqual(await good(accessKey.searchAll()), []);
});

test('SSO applications', async () => {
  const { ssoApplication: sso } = management(url);
  const oidc = await good(sso.createOidcApplication({ id: 'portal', name: 'Portal', loginPageUrl: LOGIN, enabled: true }));
  assert.deepEqual(oidc, { id: 'portal' });
  const saml = await good(
    sso.createSamlApplication({
      name: 'Wiki',
      loginPageUrl: LOGIN,
      enabled: true,
      useMetadataInfo: true,
      metadataUrl: 'https://wiki.example/meta',
    }),
  );
  const fed = await good(
    sso.createWsFedApplication({ name: 'Old', loginPageUrl: LOGIN, enabled: true, realm: 'urn:old', replyUrl: 'https://o.example' }),
  );
  await good(sso.updateOidcApplication({ id: 'portal', name: 'Portal 2', loginPageUrl: LOGIN, enabled: true }));
  const loaded = await good(sso.load('portal'));
  assert.deepEqual([loaded.name, loaded.appType, loaded.enabled], ['Portal 2', 'oidc', true]);
  assert.equal(loaded.oidcSettings.loginPageUrl, LOGIN);
  await good(
    sso.updateSamlApplication({
      id: saml.id,
      name: 'Wiki 2',
      loginPageUrl: LOGIN,
      useMetadataInfo: true,
      metadataUrl: 'https://wiki.example/meta2',
    }),
  );
  const wiki = await good(sso.load(saml.id));
  assert.equal(wiki.samlSettings.metadataUrl, 'https://wiki.example/meta2');
  // The update replaces the whole, and the SDK fills in `enabled` only when it creates.
  assert.equal(wiki.enabled, false);
  await good(
    sso.updateWsFedApplication({ id: fed.id, name: 'Older', loginPageUrl: LOGIN, enabled: true, realm: 'urn:old', replyUrl: 'https://o.example' }),
  );
  const apps = await good(sso.loadAll());
  assert.deepEqual([...new Set(each(apps, 'appType'))], ['oidc', 'saml', 'wsfed']);
  const secret = await good(sso.getApplicationSecret('portal'));
  assert.notDeepEqual(await good(sso.rotateApplicationSecret('portal')), secret);
  for (const id of ['portal', saml.id, fed.id]) {
    await good(sso.delete(id));
  }
  assert.deepEqual(each(await good(sso.loadAll()), 'id'), ['descope-default-oidc']);
});

test('inbound applications', async () => {
  const { inboundApplication: inbound } = management(url);
  const scope = { name: 'full', description: 'Everything', values: ['Tenant Admin'] };
  const made = await good(
    inbound.createApplication({ name: 'Zap', loginPageUrl: LOGIN, permissionsScopes: [scope] }),
  );
  assert.ok(made.clientId);
  await good(inbound.patchApplication({ id: made.id, description: 'Automation' }));
  assert.equal((await good(inbound.loadApplication(made.id))).name, 'Zap');
  await good(inbound.updateApplication({ id: made.id, name: 'Zap 2', loginPageUrl: LOGIN, permissionsScopes: [] }));
  const loaded = await good(inbound.loadApplication(made.id));
  assert.deepEqual([loaded.name, loaded.description], ['Zap 2', '']);
  assert.deepEqual(loaded.permissionsScopes, []);
  assert.equal(loaded.clientId, made.clientId);
  const secret = await good(inbound.getApplicationSecret(made.id));
  assert.equal(secret.cleartext, made.cleartext);
  assert.notDeepEqual(await good(inbound.rotateApplicationSecret(made.id)), secret);
  await good(inbound.deleteApplication(made.id));
  const other = await good(inbound.createApplication({ name: 'Zip', loginPageUrl: LOGIN, permissionsScopes: [] }));
  assert.deepEqual(each(await good(inbound.loadAllApplications()), 'name'), ['Zip']);
  await good(inbound.deleteApplicationBatch([other.id]));
  assert.deepEqual(await good(inbound.loadAllApplications()), []);
});

test('outbound applications', async () => {
  const { outboundApplication: outbound } = management(url);
  const made = await good(
    outbound.createApplication({
      name: 'Drive',
      clientSecret: 's',
      authorizationUrlParams: [{ key: 'prompt', value: 'consent' }],
    }),
  );
  assert.equal(made.clientSecret, undefined);
  const changed = await good(outbound.updateApplication({ ...made, name: 'Drive 2' }));
  assert.equal(changed.name, 'Drive 2');
  const loaded = await good(outbound.loadApplication(made.id));
  assert.equal(loaded.name, 'Drive 2');
  assert.deepEqual(each(loaded.authorizationUrlParams, 'key'), ['prompt']);
  assert.equal((await good(outbound.loadAllApplications())).length, 1);
  await good(outbound.deleteApplication(made.id));
  await refused(outbound.loadApplication(made.id), 404);
});

test('lists', async () => {
  const { list } = management(url);
  const ips = await good(list.create({ name: 'deny', type: 'ips', description: 'Not in', data: ['10.0.0.1'] }));
  await good(list.addIPs(ips.id, ['10.0.0.2']));
  assert.equal(await good(list.checkIP(ips.id, '10.0.0.2')), true);
  await good(list.removeIPs(ips.id, ['10.0.0.1']));
  assert.deepEqual((await good(list.loadByName('deny'))).data, ['10.0.0.2']);
  await good(list.update(ips.id, { name: 'denied', type: 'ips' }));
  const emptied = await good(list.load(ips.id));
  assert.deepEqual([emptied.name, emptied.description, emptied.data], ['denied', '', []]);
  const texts = await good(list.create({ name: 'two words', type: 'texts' }));
  await good(list.addTexts(texts.id, ['a', 'b']));
  assert.equal(await good(list.checkText(texts.id, 'a')), true);
  await good(list.removeTexts(texts.id, ['a']));
  assert.deepEqual((await good(list.loadByName('two words'))).data, ['b']);
  await good(list.clear(texts.id));
  assert.equal(await good(list.checkText(texts.id, 'b')), false);
  await good(list.import([{ id: texts.id, name: 'words', type: 'texts', data: ['z'] }]));
  assert.deepEqual(each(await good(list.loadAll()), 'name'), ['denied', 'words']);
  await good(list.delete(ips.id));
  await refused(list.load(ips.id), 404);
});

test('JWT templates', async () => {
  const { jwtTemplate } = management(url);
  const made = await good(jwtTemplate.create({ name: 'plain', type: 'user', template: { a: '{{user.id}}' } }));
  assert.ok(made.id);
  const changed = await good(jwtTemplate.update({ ...made, description: 'Plainer', addJti: true }));
  assert.equal(changed.addJti, true);
  assert.equal((await good(jwtTemplate.load(made.id))).description, 'Plainer');
  assert.deepEqual(each(await good(jwtTemplate.list()), 'name'), ['plain']);
  assert.equal((await good(jwtTemplate.validate(made.id, made))).valid, true);
  assert.deepEqual(await good(jwtTemplate.listLibrary()), []);
  await good(jwtTemplate.delete(made.id));
  assert.deepEqual(await good(jwtTemplate.list()), []);
});

test('the authorization schema in both notations', async () => {
  const { fga, authz } = management(url);
  await good(fga.saveSchema({ dsl: SCHEMA }));
  assert.match((await good(fga.loadSchema())).dsl, /relation owner: user/);
  const tie = { resource: 'd1', resourceType: 'doc', relation: 'owner', target: 'u1', targetType: 'user' };
  await good(fga.createRelations([tie]));
  assert.deepEqual(each(await good(fga.check([tie])), 'allowed'), [true]);
  const preview = await good(fga.dryRunSchema({ dsl: 'model AuthZ 1.0\n\ntype user\n' }));
  assert.deepEqual(preview.deletesPreview.types, ['doc']);
  await good(fga.deleteRelations([tie]));
  assert.deepEqual(each(await good(fga.check([tie])), 'allowed'), [false]);
  await good(fga.createRelations([tie]));
  await good(fga.deleteAllRelations());
  await refused(fga.saveSchema({ dsl: 'type without a model' }), 400);
  await good(fga.deleteSchema());
  assert.equal((await good(fga.loadSchema())).dsl, '');
  await good(authz.saveSchema({ name: 'Files', namespaces: [] }, true));
  assert.equal((await good(authz.loadSchema())).name, 'Files');
  await good(authz.deleteSchema());
});

test('attributes, passwords, scopes, users and the project', async () => {
  const { user, tenant, password, scopeClaimMapping, project } = management(url);
  const option = { value: 'gold', label: 'Gold' };
  const [plan] = await good(
    user.createCustomAttributes([{ name: 'plan', type: 4, displayName: 'Plan', options: [option] }]),
  );
  assert.deepEqual([plan.name, plan.type, plan.options], ['plan', 4, [option]]);
  await good(user.createCustomAttributes([{ name: 'plan', type: 4, displayName: 'The plan' }]));
  assert.deepEqual(each(await good(user.getCustomAttributes()), 'displayName'), ['The plan']);
  assert.deepEqual(await good(user.deleteCustomAttributes(['plan'])), []);
  await good(tenant.createWithId('acme', 'Acme'));
  await good(password.configureSettings('acme', { enabled: true, minLength: 10, nonAlphaNumeric: true }));
  const settings = await good(password.getSettings('acme'));
  assert.deepEqual([settings.minLength, settings.nonAlphanumeric], [10, true]);
  assert.equal((await good(password.getSettings(''))).minLength, 8);
  const mapping = { scope: 's', claims: { a: 'b' }, description: 'd' };
  await good(scopeClaimMapping.set([mapping]));
  assert.deepEqual(await good(scopeClaimMapping.get()), [mapping]);
  await good(scopeClaimMapping.delete());
  assert.deepEqual(await good(scopeClaimMapping.get()), []);
  await good(user.create('ana@example.com', { userTenants: [{ tenantId: 'acme' }] }));
  const found = await good(user.search({ tenantIds: ['acme'], limit: 10 }));
  assert.equal(found.total, 1);
  assert.deepEqual(found.users[0].loginIds, ['ana@example.com']);
  await good(project.updateName('Acme'));
  await good(project.updateTags(['live']));
  const [own] = await good(project.listProjects());
  assert.deepEqual([own.name, own.tags], ['Acme', ['live']]);
  await refused(project.delete(), 400);
});

test('the company: management keys, descopers, engines', async () => {
  const { managementKey, descoper, engine } = management(url);
  const made = await good(managementKey.create('mk', { companyRoles: ['company-full-access'] }));
  assert.ok(made.cleartext);
  const { id } = made.key;
  const changed = await good(managementKey.update(id, 'mk2', 'd', 'inactive', []));
  assert.deepEqual([changed.name, changed.status], ['mk2', 'inactive']);
  assert.equal((await good(managementKey.load(id))).status, 'inactive');
  assert.equal((await good(managementKey.search())).length, 1);
  await good(managementKey.delete([id]));
  const invited = await good(descoper.create([{ loginId: 'ana@example.com', rbac: { isCompanyAdmin: true } }]));
  const person = invited.descopers[0].id;
  await good(descoper.update(person, { displayName: 'Ana' }));
  assert.equal((await good(descoper.load(person))).attributes.displayName, 'Ana');
  assert.equal((await good(descoper.list())).total, 1);
  await good(descoper.delete(person));
  const motor = await good(engine.create('motor'));
  assert.ok(motor.secret);
  assert.equal((await good(engine.update(motor.id, 'motor 2'))).name, 'motor 2');
  const loaded = await good(engine.load(motor.id));
  assert.equal(loaded.name, 'motor 2');
  assert.ok(!loaded.secret);
  assert.notEqual((await good(engine.rotateSecret(motor.id))).secret, motor.secret);
  assert.deepEqual(each(await good(engine.loadAll()), 'name'), ['motor 2']);
  await good(engine.delete(motor.id));
});

test('groups and the audit trail', async () => {
  const { group, role, tenant, audit } = management(url);
  await good(tenant.createWithId('acme', 'Acme'));
  assert.deepEqual(await good(group.loadAllGroups('acme')), []);
  assert.deepEqual(await good(group.loadAllGroupsForMember('acme', ['U1'], [])), []);
  assert.deepEqual(await good(group.loadAllGroupMembers('acme', 'G1')), []);
  await good(role.create('r'));
  await good(audit.createEvent({ action: 'Custom', type: 'info', actorId: 'me', tenantId: 'acme' }));
  const found = await good(audit.search({ actions: ['RoleCreate', 'Custom'] }));
  assert.deepEqual(each(found, 'action'), ['Custom', 'RoleCreate']);
  assert.equal((await good(audit.searchAll({ actions: ['RoleCreate'] }))).total, 1);
});
