import { fixedTexts } from '../syntax/facts.ts'
import { argumentAt, byLanguage, callsWhere, commandsWhere, hasGap, isProgram, isTrue } from './places.ts'
import { javascript, python, type Rule, shell } from './rule.ts'

const STARTS = /^(?:subprocess\.(?:run|call|check_call|check_output|Popen|getoutput|getstatusoutput)|asyncio\.create_subprocess_shell)$/
const TOOLS = /^\W*(?:sudo\s+)?(?:docker|kubectl|helm|git|aws|gcloud|az|terraform|oc|podman)\b/

const FREE = 'Whoever can put something into the text runs commands with the rights of this program.'
const ARGUMENTS = 'Start the program with a list of arguments and no shell, or use the typed API of what is controlled.'

/** Commands that are put together of texts. */
export const COMMANDS: readonly Rule[] = [
  {
    id: 'command/shell-interpolated',
    category: 'COMMAND_EXECUTION',
    severity: 'high',
    confidence: 'high',
    cwe: 78,
    title: 'A shell runs a text that is put together',
    why: 'shell=True hands the text to a shell, and parts of it are filled in.',
    means: FREE,
    recommendation: ARGUMENTS,
    languages: ['python'],
    hints: ['shell', 'os.system', 'popen', 'getoutput', 'getstatusoutput', 'system('],
    find: callsWhere((call, { facts }) => {
      const text = argumentAt(call, 0, 'args') ?? argumentAt(call, 0, 'cmd')
      if (!text || text.constant || fixedTexts(text, call, facts) !== undefined) return false
      const by_name = /^(?:os\.(?:system|popen)|subprocess\.get(?:status)?output|asyncio\.create_subprocess_shell)$/.test(call.name)
      return by_name || (STARTS.test(call.name) && isTrue(call, 'shell'))
    }),
    bad: [
      python('import subprocess\nsubprocess.run(f"kubectl patch svc {name} -p {patch}", shell=True, check=True)', 2),
      python('import os\nos.system("rm -r " + folder)', 2),
      python('from subprocess import check_output\ncheck_output(command, shell=True)', 2),
    ],
    good: [
      python('import subprocess\nsubprocess.run(["kubectl", "get", name], check=True)'),
      python('subprocess.run("ls", shell=True)'),
      python('command = "ls -l"\nsubprocess.run(command, shell=True)'),
      python(
        'command = "feast apply"\nsubprocess.run(command, shell=True)\ncommand = "feast teardown"\nsubprocess.run(command, shell=True)',
      ),
    ],
  },
  {
    id: 'command/shell',
    category: 'COMMAND_EXECUTION',
    severity: 'medium',
    confidence: 'high',
    cwe: 78,
    title: 'A fixed command runs through a shell',
    why: 'A shell is started where none is needed; the next person fills something in.',
    means: 'Nothing yet, as long as the text stays as it is.',
    recommendation: ARGUMENTS,
    languages: ['python'],
    hints: ['shell', 'os.system', 'popen', 'getoutput', 'system('],
    find: callsWhere((call, { facts }) => {
      const text = argumentAt(call, 0, 'args') ?? argumentAt(call, 0, 'cmd')
      if (!text?.constant && fixedTexts(text, call, facts) === undefined) return false
      return (
        /^(?:os\.(?:system|popen)|subprocess\.get(?:status)?output)$/.test(call.name) || (STARTS.test(call.name) && isTrue(call, 'shell'))
      )
    }),
    bad: [python('import os\nos.system("docker compose up -d")', 2)],
    good: [python('import subprocess\nsubprocess.run(["docker", "compose", "up", "-d"])')],
  },
  {
    id: 'command/tool',
    category: 'COMMAND_EXECUTION',
    severity: 'low',
    confidence: 'high',
    cwe: 78,
    title: 'The program controls a cluster, containers or a repository by commands',
    why: 'docker, kubectl, helm, git or a cloud’s command is started as a process.',
    means: 'The program has every right that the command’s configuration on that machine has.',
    recommendation: 'Give it an account of its own that may do this and nothing else.',
    languages: ['python'],
    hints: ['subprocess'],
    find: callsWhere(
      (call) =>
        STARTS.test(call.name) && !isTrue(call, 'shell') && /^[[(]/.test(call.args[0]?.text ?? '') && TOOLS.test(call.args[0]?.text ?? ''),
    ),
    bad: [python('import subprocess\nsubprocess.check_output(["git", "rev-parse", "HEAD"])', 2)],
    good: [python('import subprocess\nsubprocess.run(["ls"])')],
  },
  {
    id: 'command/cluster-interpolated',
    category: 'COMMAND_EXECUTION',
    severity: 'medium',
    confidence: 'medium',
    cwe: 77,
    title: 'A patch of a cluster is put together of texts',
    why: 'kubectl gets JSON or YAML with variables filled in, so that a quote in one changes what is patched.',
    means: 'A value can become another field: an image, a command, a privilege.',
    recommendation: 'Send typed objects to the API (server-side apply), or use kustomize; at the least, make the JSON with jq --arg.',
    languages: ['shell'],
    hints: ['kubectl', 'oc '],
    find: commandsWhere((words, { text }) => {
      if (!isProgram(words, 'kubectl', 'oc')) return false
      if (words[1] === 'set') return words.slice(2).some((word) => /=/.test(word) && hasGap(word))
      const patch = words.find((word, at) => /^(?:-p|--patch)$/.test(words[at - 1] ?? '') || /^(?:-p|--patch)=/.test(word)) ?? ''
      // Between single quotes nothing is filled in.
      return words[1] === 'patch' && hasGap(patch) && !text.includes(`'${patch.replace(/^(?:-p|--patch)=/, '')}'`)
    }),
    bad: [shell('kubectl patch deployment api -p "{\\"spec\\":{\\"replicas\\":$COUNT}}"')],
    good: [
      shell('kubectl apply -f deployment.yaml'),
      shell('kubectl get pods -n "$NAMESPACE"'),
      shell('kubectl patch svc "$NAME" -p \'{"spec": {"replicas": 2}}\''),
    ],
  },
  {
    id: 'command/eval',
    category: 'COMMAND_EXECUTION',
    severity: 'high',
    confidence: 'medium',
    cwe: 78,
    title: 'A shell runs what is in a variable',
    why: 'eval and sh -c run the text that they get, and parts of it are filled in.',
    means: FREE,
    recommendation: 'Call the program itself, with "$@" or an array.',
    languages: ['shell', 'dockerfile'],
    hints: ['eval', ' -c'],
    find: commandsWhere((words) => {
      if (words[0] === 'eval') return words.slice(1).some((word) => /\$\{?\w/.test(word))
      return isProgram(words, 'sh', 'bash') && words[1] === '-c' && /^\$\{?\w+\}?$/.test(words[2] ?? '')
    }),
    bad: [shell('eval "$COMMAND"'), shell('bash -c "$RUN"')],
    good: [shell('eval "$(ssh-agent -s)"'), shell('bash run.sh')],
  },
  {
    id: 'command/javascript-exec',
    category: 'COMMAND_EXECUTION',
    severity: 'high',
    confidence: 'medium',
    cwe: 78,
    title: 'A shell runs a text that is put together',
    why: 'exec of child_process hands the text to a shell, and parts of it are filled in.',
    means: FREE,
    recommendation: 'Use execFile or spawn with an array.',
    languages: ['javascript'],
    hints: ['exec', 'shell'],
    find: callsWhere((call, { facts }) => {
      const shell = call.args.some(({ text }) => /\bshell:\s*(?:true|["'])/.test(text))
      const runs =
        /^child_process\.exec(?:Sync)?$/.test(call.name) || (shell && /^child_process\.(?:spawn|execFile)(?:Sync)?$/.test(call.name))
      const [text] = call.args
      return runs && text !== undefined && !text.constant && fixedTexts(text, call, facts) === undefined
    }),
    bad: [
      javascript('import { execSync } from "node:child_process"\nexecSync(`docker run $' + '{image}`)', 2),
      javascript('const cp = require("child_process")\ncp.exec("rm -r " + folder, done)', 2),
      javascript('import { spawn } from "child_process"\nspawn(command, { shell: "bash" })', 2),
    ],
    good: [
      javascript('execFile("docker", ["run", image])'),
      javascript('pattern.exec(`a$' + '{b}`)'),
      javascript('import { execSync } from "child_process"\nexecSync("ls")'),
    ],
  },
  {
    id: 'command/sudo',
    category: 'PRIVILEGE',
    severity: 'medium',
    confidence: 'high',
    cwe: 250,
    title: 'A command runs as administrator',
    why: 'sudo gives a command every right on the machine.',
    means: 'A mistake or a bad package in it reaches everything.',
    recommendation: 'Work as a user of its own; build what needs rights into an image.',
    languages: ['shell'],
    hints: ['sudo'],
    // A CI's machine is thrown away, and its sudo asks nobody.
    find: (unit) =>
      /(?:^|\/)\.github\//.test(unit.file)
        ? []
        : unit.commands.filter(({ words }) => words[0] === 'sudo').map(({ line, end_line }) => ({ line, end_line })),
    bad: [shell('sudo pip install mlflow==3.17.2')],
    good: [shell('pip install mlflow==3.17.2'), shell('echo "no sudo here"')],
  },
]

/** Languages in which a process may be started, for reports on what a folder is able to do. */
export const STARTS_PROCESSES = byLanguage({
  python: callsWhere((call) => STARTS.test(call.name) || /^os\.(?:system|popen|exec\w+|spawn\w+)$/.test(call.name)),
})
