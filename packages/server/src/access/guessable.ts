/**
 * Whether a password is one that others try first. Breached passwords of 12 characters and more are nearly all made in a few ways out of a
 * few words: what is checked here is the ways, so that it also finds those that no list holds. `breached.ts` has the list.
 */
export function isGuessable(password: string, username: string): boolean {
  const lower = password.toLowerCase()
  if (new Set(lower).size < 5) return true
  if (username.length >= 3 && lettersOf(lower.replaceAll(username.toLowerCase(), '')).length < 3) return true
  // Dates, telephone numbers, and what else is dialled.
  if (/^[\d\s./:+-]+$/.test(lower) && lower.length < 20) return true
  const unit = lower.length <= 64 ? (/^(.+?)\1+$/.exec(lower)?.[1] ?? lower) : lower
  if (isRunOfCharacters(unit) || isWalkOnKeyboard(lower)) return true
  const core = unit.replace(/^[^\p{L}]+/u, '').replace(/[^\p{L}]+$/u, '')
  return [lettersOf(unit), lettersOf(plain(unit)), lettersOf(plain(core))].some((letters) => letters.length < 3 || isOfFewWords(letters))
}

/** What passwords are made of by those who were told to make them long: one or two such words, with digits and signs, are no secret. */
const COMMON: ReadonlySet<string> = new Set(
  (
    'password passwort passwd passw passe pass contrasena senha parola parol haslo motdepasse wachtwoord kennwort administrator ' +
    'admin administrador root user guest test tester testing temp demo sample example default welcome willkommen bienvenue ' +
    'bienvenido letmein login logon signin master secret secure security safe private access changeme change please replace this ' +
    'me hello hallo hola bonjour world abc abcd abcde abcdef xyz qwe qwer qwert qwerty qwertyuiop qwertz azerty asd asdf asdfg ' +
    'asdfgh asdfghjkl zxc zxcv zxcvbn zxcvbnm iloveyou loveyou love you lovely forever baby angel honey sweetheart darling ' +
    'monkey dragon tiger lion eagle horse dog cat kitty puppy football baseball basketball soccer hockey tennis golf liverpool ' +
    'chelsea arsenal barcelona realmadrid juventus manchester united yankees cowboys sunshine princess prince king queen ' +
    'superman batman spiderman pokemon naruto starwars matrix trustno one trustnoone freedom liberty whatever nothing anything ' +
    'mustang ferrari porsche mercedes corvette harley shadow phoenix hunter killer ranger soldier warrior ninja samurai michael ' +
    'jordan jennifer jessica michelle nicole daniel thomas robert william charlie george andrew anthony joshua matthew ashley ' +
    'amanda maria anna computer internet keyboard laptop windows microsoft google apple samsung android facebook instagram ' +
    'linkedin youtube amazon netflix github gitlab docker kubernetes linux ubuntu server database oracle cisco ' +
    'company office work home school summer winter spring autumn fall january february march april may june july august ' +
    'september october november december monday tuesday wednesday thursday friday saturday sunday flower banana orange cheese ' +
    'chocolate cookie coffee pizza money dollar million lucky winner number blink music guitar rockstar metallica america london ' +
    'paris berlin madrid newyork california texas canada india russia china brazil mexico germany france italy spain poland the ' +
    'my your our new old is it in on at to for and of first last name mlflow millrace databricks mlops machine learning model ' +
    'data science python jupyter tensor pytorch spark airflow training experiment'
  ).split(' '),
)
const LONGEST = Math.max(...[...COMMON].map(({ length }) => length))
const WORDS_MAX = 3
const LOOKALIKES: Record<string, string> = { '@': 'a', '4': 'a', '3': 'e', '1': 'i', '!': 'i', '0': 'o', $: 's', '5': 's', '7': 't' }

const lettersOf = (text: string): string => text.replace(/[^\p{L}]+/gu, '')
const plain = (text: string): string => text.replace(/[@43!1$057]/g, (sign) => LOOKALIKES[sign] ?? sign)

/** Whether the letters are one to three common words: the fewest that reach each place are kept. */
function isOfFewWords(letters: string): boolean {
  if (letters.length > WORDS_MAX * LONGEST) return false
  const fewest = [0]
  for (let end = 1; end <= letters.length; end++) {
    let least = Number.POSITIVE_INFINITY
    for (let start = Math.max(0, end - LONGEST); start < end; start++) {
      const before = fewest[start] as number
      if (before + 1 < least && COMMON.has(letters.slice(start, end))) least = before + 1
    }
    fewest.push(least)
  }
  return (fewest[letters.length] as number) <= WORDS_MAX
}

/** `abcdefghijkl`, `098765432109` */
function isRunOfCharacters(text: string): boolean {
  let steps = 0
  for (let at = 1; at < text.length; at++) steps += Math.abs(text.charCodeAt(at) - text.charCodeAt(at - 1)) === 1 ? 1 : 0
  return steps >= text.length - 2
}

const ROWS = [
  ['1234567890-=', 0],
  ['qwertyuiop[]', 0.5],
  ["asdfghjkl;'", 0.75],
  ['zxcvbnm,./', 1.25],
] as const
const KEYS = new Map(ROWS.flatMap(([keys, left], row) => [...keys].map((key, at) => [key, { row, column: at + left }] as const)))
const WALKED = 0.65

/** `1qaz2wsx3edc`, `qwertyuiopas`: most keys lie beside those before them. */
function isWalkOnKeyboard(text: string): boolean {
  let steps = 0
  for (let at = 1; at < text.length; at++) {
    const [before, key] = [KEYS.get(text[at - 1] as string), KEYS.get(text[at] as string)]
    if (before && key && Math.abs(before.row - key.row) <= 1 && Math.abs(before.column - key.column) <= 1) steps++
  }
  return steps / (text.length - 1) >= WALKED
}
