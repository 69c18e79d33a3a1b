import type { Pair } from '../syntax/pairs.ts'
import { byLanguage, commandsWhere, isProgram, linesLike, pairsWhere } from './places.ts'
import { dockerfile, type Rule, shell, yaml } from './rule.ts'

/** A volume of the host: a path, or a value that is one; a tool's settings of that name have neither. */
const isOfHost = ({ key, path, value, line, document }: Pair, all: readonly Pair[]): boolean =>
  key === 'hostPath' &&
  (/^\/|path/.test(value) ||
    // A template is read by lines, without what is around them.
    all.some((one) => one.document === document && (one.path === `${path}.path` || (one.path === 'path' && one.line === line + 1))))

/** Rights that a program does not need. */
export const PRIVILEGE: readonly Rule[] = [
  {
    id: 'privilege/container',
    category: 'PRIVILEGE',
    severity: 'high',
    confidence: 'high',
    cwe: 250,
    title: 'A container with the rights of its host',
    why: 'It is privileged, may gain rights, or shares the host’s processes or network.',
    means: 'A model that runs code in it has the machine.',
    recommendation: 'Run as a user, with allowPrivilegeEscalation: false, all capabilities dropped and a read-only file system.',
    languages: ['yaml', 'shell'],
    hints: ['rivileged', 'allowPrivilegeEscalation', 'host', 'SYS_ADMIN'],
    find: byLanguage({
      yaml: pairsWhere(
        ({ key, value }) => /^(?:privileged|allowPrivilegeEscalation|hostPID|hostIPC|hostNetwork)$/.test(key) && value === 'true',
      ),
      shell: commandsWhere(
        (words) =>
          isProgram(words, 'docker', 'podman') &&
          words.some((word) => /^--privileged(?:=true)?$|^--cap-add=(?:ALL|SYS_ADMIN)$|^--(?:pid|ipc)=host$/.test(word)),
      ),
    }),
    bad: [yaml('securityContext:\n  privileged: true', 2), shell('docker run --privileged trainer:1.0')],
    good: [yaml('securityContext: {privileged: false, allowPrivilegeEscalation: false}'), shell('docker run trainer:1.0')],
  },
  {
    id: 'privilege/host-files',
    category: 'PRIVILEGE',
    severity: 'high',
    confidence: 'high',
    cwe: 668,
    title: 'A container sees the host’s files or its Docker',
    why: 'hostPath, or the socket of Docker, is mounted.',
    means: 'Who has the socket is root on the host; who has the path has what is there.',
    recommendation: 'Use a volume; build images elsewhere.',
    languages: ['yaml', 'shell'],
    hints: ['hostPath', 'docker.sock'],
    find: byLanguage({
      yaml: (unit) => [
        ...pairsWhere(isOfHost)(unit),
        // What listens there is a Docker of its own; what sees the host's has it mounted, on another line.
        ...linesLike(
          /^[^#]*\/var\/run\/docker\.sock/,
          /unix:\/\//,
        )(unit).filter(({ line }) => !/hostPath/.test(unit.lines[line - 2] ?? '')),
      ],
      shell: commandsWhere((words) => words.some((word) => word.includes('/var/run/docker.sock:'))),
    }),
    bad: [
      yaml('volumes:\n  - name: data\n    hostPath:\n      path: /data', 3),
      shell('docker run -v /var/run/docker.sock:/var/run/docker.sock ci:1.0'),
    ],
    good: [
      yaml('volumes:\n  - name: data\n    emptyDir: {}'),
      yaml('cache:\n  hostPath:\n    capacity: 300Gi'),
      yaml('args:\n  - dockerd\n  - --host=unix:///var/run/docker.sock'),
    ],
  },
  {
    id: 'privilege/root',
    category: 'PRIVILEGE',
    severity: 'medium',
    confidence: 'high',
    cwe: 250,
    title: 'A container runs as root',
    why: 'The user is 0, by number or because nothing says otherwise.',
    means: 'What breaks out of the program has every right in the container, and one step less to the host.',
    recommendation: 'Add a user to the image (USER 10001), and runAsNonRoot: true.',
    languages: ['yaml', 'dockerfile'],
    hints: ['FROM', 'from', 'runAs', 'user'],
    find: byLanguage({
      yaml: pairsWhere(
        ({ key, value }) =>
          (key === 'runAsUser' && value === '0') ||
          (key === 'runAsNonRoot' && value === 'false') ||
          (key === 'user' && /^(?:root|0)(?::|$)/.test(value)),
      ),
      dockerfile: ({ instructions }) => {
        const last = instructions.findLast(({ name }) => name === 'USER')
        if (last) return /^(?:root|0)\b/.test(last.text) ? [{ line: last.line }] : []
        const from = instructions.findLast(({ name }) => name === 'FROM')
        const starts = instructions.some(({ name }) => name === 'CMD' || name === 'ENTRYPOINT')
        return !from || !starts || /nonroot|rootless|unprivileged|^cgr\.dev\/|^public\.ecr\.aws\/lambda\//.test(from.text)
          ? []
          : [{ line: from.line }]
      },
    }),
    bad: [yaml('securityContext:\n  runAsUser: 0', 2), dockerfile('FROM python:3.12\nCMD ["python", "serve.py"]')],
    good: [
      yaml('securityContext:\n  runAsUser: 10001'),
      dockerfile('FROM python:3.12\nUSER 10001\nCMD ["python", "serve.py"]'),
      // What runs it chooses the user.
      dockerfile('FROM public.ecr.aws/lambda/python:3.12\nCMD ["handler.run"]'),
    ],
  },
  {
    id: 'privilege/cluster-admin',
    category: 'PRIVILEGE',
    severity: 'high',
    confidence: 'high',
    cwe: 269,
    title: 'An account may do everything in the cluster',
    why: 'It gets cluster-admin, or every verb on every resource.',
    means: 'Who has its token, and each pod that runs as it, has the cluster.',
    recommendation: 'Write a Role with the verbs and resources that it needs.',
    languages: ['yaml', 'shell'],
    hints: ['cluster-admin', 'verbs'],
    find: byLanguage({
      yaml: pairsWhere(
        ({ path, key, value, document }, all) =>
          (path === 'roleRef.name' && value === 'cluster-admin') ||
          (key === 'verbs' &&
            value === '*' &&
            all.some((one) => one.document === document && one.key === 'resources' && one.value === '*')),
      ),
      shell: commandsWhere((words) => isProgram(words, 'kubectl') && words.some((word) => /^--clusterrole=cluster-admin$/.test(word))),
    }),
    bad: [
      yaml('kind: ClusterRoleBinding\nroleRef:\n  kind: ClusterRole\n  name: cluster-admin', 4),
      yaml('rules:\n  - resources: ["*"]\n    verbs: ["*"]', 3),
    ],
    good: [yaml('rules:\n  - resources: ["pods"]\n    verbs: ["get"]')],
  },
]
