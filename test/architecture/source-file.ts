import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import ts from 'typescript';

/** What the rules ask of a file. Paths are from the root of the repository: `src/net/prefix.ts`. */
export interface SourceFile {
  readonly path: string;
  readonly lines: number;
  /** Files it imports, types included, dynamic imports included. */
  readonly files: readonly Import[];
  /** Packages and `node:` modules it imports. */
  readonly modules: readonly Import[];
  /** Uses of `impureGlobals`, and `import(computed)`. */
  readonly globals: readonly string[];
  /** Text literals, for paths that they name. */
  readonly texts: readonly string[];
}

/** An import; one that is for types only is gone at run time, so no I/O is reached through it. */
export interface Import {
  readonly target: string;
  readonly typeOnly: boolean;
}

/** Reads all TypeScript files below a folder of the repository; folders named `fixtures` are left out. */
export function readSourceFiles(folder: string): readonly SourceFile[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !name.startsWith('fixtures/'))
    .map((name) => `${folder}/${name}`)
    .sort()
    .map((path) => parseSourceFile(path, readFileSync(path, 'utf8')));
}

/** Takes a file's text apart. */
export function parseSourceFile(path: string, text: string): SourceFile {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const nodes = descendants(tree);
  const imports = nodes.flatMap((node) => importOf(node) ?? []);
  const isFile = ({ target }: Import): boolean => /^\.{1,2}\//.test(target);
  return {
    path,
    lines: text.split('\n').length - 1,
    files: imports.filter(isFile).map(({ target, typeOnly }) => ({
      target: posix.join(posix.dirname(path), target),
      typeOnly,
    })),
    modules: imports.filter((each) => !isFile(each)),
    globals: globalsOf(nodes),
    texts: nodes.flatMap((node) => (ts.isStringLiteralLike(node) || isTemplatePart(node) ? [node.text] : [])),
  };
}

function descendants(node: ts.Node): readonly ts.Node[] {
  const found: ts.Node[] = [];
  const visit = (each: ts.Node): void => {
    found.push(each);
    ts.forEachChild(each, visit);
  };
  visit(node);
  return found;
}

function importOf(node: ts.Node): Import | undefined {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    return {
      target: node.moduleSpecifier.text,
      typeOnly: node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword,
    };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
    return { target: node.moduleSpecifier.text, typeOnly: node.isTypeOnly };
  }
  if (
    ts.isImportTypeNode(node) &&
    ts.isLiteralTypeNode(node.argument) &&
    ts.isStringLiteral(node.argument.literal)
  ) {
    return { target: node.argument.literal.text, typeOnly: true };
  }
  const argument = importCallArgument(node);
  return argument && ts.isStringLiteralLike(argument)
    ? { target: argument.text, typeOnly: false }
    : undefined;
}

function importCallArgument(node: ts.Node): ts.Expression | undefined {
  const isCall = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
  return isCall ? node.arguments[0] : undefined;
}

function isTemplatePart(node: ts.Node): node is ts.TemplateHead | ts.TemplateMiddle | ts.TemplateTail {
  return ts.isTemplateHead(node) || ts.isTemplateMiddle(node) || ts.isTemplateTail(node);
}

/** Names of globals as the rules write them: `process`, `Math.random`, `Date.now`, `new Date()`. */
function globalsOf(nodes: readonly ts.Node[]): readonly string[] {
  const declared = new Set(nodes.flatMap((node) => declaredName(node) ?? []));
  return nodes.flatMap((node) => {
    const argument = importCallArgument(node);
    if (argument && !ts.isStringLiteralLike(argument)) return ['import(computed)'];
    if (ts.isNewExpression(node) && node.expression.getText() === 'Date') {
      return (node.arguments ?? []).length === 0 ? ['new Date()'] : [];
    }
    if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) return [node.getText()];
    return ts.isIdentifier(node) && isReference(node) && !declared.has(node.text) ? [node.text] : [];
  });
}

function declaredName(node: ts.Node): string | undefined {
  const isDeclaration =
    ts.isVariableDeclaration(node) ||
    ts.isParameter(node) ||
    ts.isBindingElement(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isImportSpecifier(node);
  return isDeclaration && node.name && ts.isIdentifier(node.name) ? node.name.text : undefined;
}

/** Whether an identifier stands for a value, not for a type, a property, a key or a declaration. */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPartOfTypeNode(node) || ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent)) return false;
  if (ts.isBindingElement(parent) && parent.propertyName === node) return false;
  return ts.isShorthandPropertyAssignment(parent) || !('name' in parent && parent.name === node);
}
