/**
 * Runs esbuild for `bundle.ts`, as a process of its own: esbuild takes plugins only when it works asynchronously, and a
 * CDK app is built without waiting. Reads from standard input what to do; the metafile is left in the outdir.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';

/**
 * `replaced` names files below node_modules and what stands in for them; `endpoints` names clients, the first part of
 * their hosts, and what stands in for the rules of their endpoints; `errors` are those of DynamoDB that are read whole.
 *
 * @type {{
 *   options: import('esbuild').BuildOptions & { absWorkingDir: string, outdir: string },
 *   replaced: Record<string, string>,
 *   endpoints: { file: string, hosts: Record<string, string> },
 *   errors: string[],
 * }}
 */
const { options, replaced, endpoints, errors } = JSON.parse(readFileSync(0, 'utf8'));

/** @param {string} text */
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/**
 * Computes each top-level constant in a function that is marked pure. A statement ends with the first semicolon before
 * an empty line, or before one that is not indented.
 *
 * @param {string} source
 */
const markPure = (source) =>
  source.replaceAll(
    /^((?:export )?const \w+(?:: [^=\n]+)? = )([a-z]\w*[.(\n][^]*?);\n(?=\n|\S|(?![^]))/gm,
    '$1/* @__PURE__ */ (() => $2)();\n',
  );

/** @type {import('esbuild').Plugin} */
const replaceFiles = {
  name: 'replace-files',
  setup: ({ onLoad }) => {
    for (const [original, substitute] of Object.entries(replaced)) {
      onLoad({ filter: new RegExp(`[\\\\/]node_modules[\\\\/]${escaped(original)}$`) }, async () => ({
        contents: await readFile(substitute, 'utf8'),
        loader: 'ts',
        resolveDir: dirname(substitute),
      }));
    }
    for (const [client, host] of Object.entries(endpoints.hosts)) {
      const filter = new RegExp(`[\\\\/]node_modules[\\\\/]${escaped(client)}/dist-es/endpoint/endpointResolver\\.js$`);
      onLoad({ filter }, () => ({
        contents: `import { endpointResolverOf } from ${JSON.stringify(endpoints.file)};
          export const defaultEndpointResolver = endpointResolverOf(${JSON.stringify(host)});`,
        resolveDir: dirname(endpoints.file),
      }));
    }
    // The core and the contracts do nothing when they are loaded: what they compute for a constant can be left out with
    // it. esbuild would keep each schema for the calls in it, which it cannot know to be without effect.
    onLoad({ filter: /\.ts$/ }, async ({ path }) =>
      /^(core[\\/].*|functions[\\/][\w-]+[\\/]contract\.ts)$/.test(relative(options.absWorkingDir, path))
        ? { contents: markPure(await readFile(path, 'utf8')), loader: 'ts' }
        : undefined,
    );
    // `z.string()` has a method for every format (`.email()`, `.jwt()`, `.cidrv6()`), each with its schema, and no bundler
    // can tell that none of them is called: a bundle that did would not load. `z.url()` and its like stay.
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]classic[\\/]schemas\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const contents = source.replace(/(_ZodString\.init\(inst, def\);\n\}, )\{\n[^]*?\n\}\);/, '$1{});');
      if (contents === source) throw new Error('The formats of z.string() are not where they were in zod.');
      return { contents, loader: 'js' };
    });
    // A client registers the class of every error that any of its operations may answer with. Of an error that is not
    // registered the name, the message and the status are told all the same; what else it holds is not.
    onLoad({ filter: /[\\/]client-dynamodb[\\/]dist-es[\\/]schemas[\\/]schemas_0\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const contents = source.replaceAll(
        /^export var (\w+)\$ = \[-3,[^;]*;\nn0_registry\.registerError\(\1\$, \1\);$/gm,
        (lines, name) => (errors.includes(name) ? lines : ''),
      );
      if (contents === source) throw new Error('The errors of DynamoDB are not where they were in its client.');
      return { contents, loader: 'js' };
    });
    // Of its own package.json a client wants the version; all of it would be bundled.
    onLoad({ filter: /[\\/]@aws-sdk[\\/]client-[\w-]+[\\/]package\.json$/ }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(path, 'utf8'));
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};

const { metafile } = await build({ ...options, metafile: true, plugins: [replaceFiles] });
writeFileSync(join(options.outdir, 'meta.json'), JSON.stringify(metafile));
