import { type Node, type SourceFile, SyntaxKind } from 'typescript/unstable/ast'
import * as is from 'typescript/unstable/ast/is'
import { createVirtualFileSystem } from 'typescript/unstable/fs'
import { API } from 'typescript/unstable/sync'

/** What one import (or a re-export, or a dynamic import) names. */
export type Import = { readonly from: string; readonly line: number; readonly names: readonly string[]; readonly only_types: boolean }

/** What the laws need to know of a TypeScript file; lines count from 1. */
export type Source = {
  readonly path: string
  readonly text: string
  readonly imports: readonly Import[]
  readonly functions: readonly { readonly name: string; readonly line: number; readonly lines: number }[]
  /** Lines that export something under the name `default`. */
  readonly defaults: readonly number[]
  /** Lines with `export ... from`. */
  readonly reexports: readonly { readonly line: number; readonly everything: boolean }[]
}

const VIRTUAL_ROOT = '/checkout'

/** Parses TypeScript files with the compiler's own parser: a path below the checkout → the text. */
export function parseSources(texts: ReadonlyMap<string, string>): Source[] {
  const config = {
    compilerOptions: { noResolve: true, noLib: true, types: [], allowImportingTsExtensions: true },
    files: [...texts.keys()],
  }
  const files: Record<string, string> = { [`${VIRTUAL_ROOT}/tsconfig.json`]: JSON.stringify(config) }
  for (const [path, text] of texts) files[`${VIRTUAL_ROOT}/${path}`] = text
  const api = new API({ cwd: VIRTUAL_ROOT, fs: createVirtualFileSystem(files) })
  try {
    const snapshot = api.updateSnapshot({ openProjects: [`${VIRTUAL_ROOT}/tsconfig.json`] })
    const program = snapshot.getProject(`${VIRTUAL_ROOT}/tsconfig.json`)?.program
    return [...texts].map(([path, text]) => {
      const file = program?.getSourceFile(`${VIRTUAL_ROOT}/${path}`)
      if (!file) throw new Error(`the compiler did not read ${path}`)
      return { path, text, ...factsOf(file) }
    })
  } finally {
    api.close()
  }
}

type Facts = {
  imports: Import[]
  functions: { name: string; line: number; lines: number }[]
  defaults: number[]
  reexports: { line: number; everything: boolean }[]
}

function factsOf(file: SourceFile): Facts {
  const facts: Facts = { imports: [], functions: [], defaults: [], reexports: [] }
  const lineAt = (position: number): number => file.getLineAndCharacterOfPosition(position).line + 1
  const visit = (node: Node): void => {
    const line = lineAt(node.getStart(file))
    collectImport(node, line, facts)
    if (isFunction(node)) facts.functions.push({ name: nameOf(node, file), line, lines: lineAt(node.end) - line + 1 })
    if (is.isExportAssignment(node) || isDefault(node)) facts.defaults.push(line)
    node.forEachChild(visit)
  }
  visit(file)
  return facts
}

function collectImport(node: Node, line: number, facts: Facts): void {
  if (is.isImportDeclaration(node) && is.isStringLiteral(node.moduleSpecifier)) {
    const clause = node.importClause
    const bindings = clause?.namedBindings
    const elements = bindings && is.isNamedImports(bindings) ? [...bindings.elements] : []
    const names = elements.map((element) => element.name.text)
    const only_types =
      clause?.phaseModifier === SyntaxKind.TypeKeyword || (elements.length > 0 && elements.every((element) => element.isTypeOnly))
    facts.imports.push({ from: node.moduleSpecifier.text, line, names, only_types })
  } else if (is.isExportDeclaration(node) && node.moduleSpecifier && is.isStringLiteral(node.moduleSpecifier)) {
    facts.reexports.push({ line, everything: node.exportClause === undefined })
    facts.imports.push({ from: node.moduleSpecifier.text, line, names: [], only_types: node.isTypeOnly })
  } else if (is.isCallExpression(node) && node.expression.kind === SyntaxKind.ImportKeyword) {
    const [specifier] = node.arguments
    if (specifier && is.isStringLiteral(specifier)) facts.imports.push({ from: specifier.text, line, names: [], only_types: false })
  }
}

const isFunction = (node: Node): boolean =>
  is.isFunctionDeclaration(node) ||
  is.isFunctionExpression(node) ||
  is.isArrowFunction(node) ||
  is.isMethodDeclaration(node) ||
  is.isConstructorDeclaration(node) ||
  is.isGetAccessorDeclaration(node) ||
  is.isSetAccessorDeclaration(node)

const isDefault = (node: Node): boolean =>
  (is.isFunctionDeclaration(node) || is.isClassDeclaration(node)) &&
  (node.modifiers ?? []).some((modifier) => modifier.kind === SyntaxKind.DefaultKeyword)

function nameOf(node: Node, file: SourceFile): string {
  if (node.parent && is.isCallExpression(node.parent)) return `the callback of ${node.parent.expression.getText(file).slice(0, 60)}`
  const named = (node as { name?: Node }).name ?? (node.parent as { name?: Node } | undefined)?.name
  return named?.getText(file) ?? 'a function'
}
