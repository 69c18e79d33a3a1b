/** The parts of the administration: their names in addresses, what they are called, and whether there is anything in them without login. */
export const SECTIONS = [
  { name: 'users', label: 'Users', needs_login: true },
  { name: 'groups', label: 'Groups', needs_login: true },
  { name: 'roles', label: 'Roles', needs_login: true },
  { name: 'tokens', label: 'Tokens', needs_login: true },
  { name: 'workspaces', label: 'Workspaces', needs_login: false },
  { name: 'audit', label: 'Audit log', needs_login: false },
  { name: 'alerts', label: 'Alerts', needs_login: false },
  { name: 'webhooks', label: 'Webhooks', needs_login: false },
  { name: 'quotas', label: 'Quotas', needs_login: false },
  { name: 'storage', label: 'Storage and trash', needs_login: false },
  { name: 'health', label: 'Server health', needs_login: false },
] as const
