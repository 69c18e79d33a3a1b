/** A flag or variable that can't be followed; the message is one or two sentences for the person who typed it. */
export class ConfigProblem extends Error {}
