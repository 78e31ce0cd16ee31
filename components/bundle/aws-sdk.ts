// What of the AWS SDK a Lambda function cannot use stays out of its bundle: a third of the bytes, and a tenth of the
// start time.
import { readFile } from "node:fs/promises";
import type { Plugin } from "esbuild";

/** Where a laptop's credentials come from, with the clients of SSO, STS and sign-in that they need. */
const providers: Readonly<Record<string, string>> = {
  "@aws-sdk/credential-provider-ini": "fromIni",
  "@aws-sdk/credential-provider-process": "fromProcess",
  "@aws-sdk/credential-provider-sso": "fromSSO",
  "@aws-sdk/credential-provider-web-identity": "fromTokenFile",
};

/**
 * Only the SDK's default chain of credentials is cut: environment variables, which Lambda sets, and the container's
 * address stay. A provider that the program itself imports is bundled as it is.
 */
export const cutCredentialChain: Plugin = {
  name: "spillway-credential-chain",
  setup({ onResolve, onLoad }) {
    const namespace = "spillway-left-out";
    onResolve({ filter: /^@aws-sdk\/credential-provider-/ }, ({ path: name, importer }) =>
      providers[name] !== undefined && /[\\/]credential-provider-node[\\/]/.test(importer)
        ? { path: name, namespace }
        : undefined,
    );
    onLoad({ filter: /.*/, namespace }, ({ path: name }) => {
      const message =
        `${name} is not in the bundle: the credentials of a Lambda function are in its environment. To use other credentials, ` +
        "pass them to the client.";
      return {
        contents:
          `export const ${providers[name]} = () => async () => { throw Object.assign(new ` +
          `Error(${JSON.stringify(message)}), { tryNextLink: true }); };`,
      };
    });
  },
};

/**
 * The SDK imports some of its modules only when they are needed. In one file that saves nothing, but each module that
 * they share with the rest is then wrapped in a function, which is parsed twice at every start.
 */
export const importAtOnce: Plugin = {
  name: "spillway-import-at-once",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]node_modules[\\/]@(aws|aws-sdk|smithy)[\\/].*\.js$/ }, async ({ path: file }) => {
      const source = await readFile(file, "utf8");
      const imports: string[] = [];
      const contents = source.replace(/\bawait import\((["'][^"']+["'])\)/g, (_, name: string) => {
        const binding = `imported${imports.length}`;
        imports.push(`import * as ${binding} from ${name};`);
        return binding;
      });
      return imports.length === 0 ? undefined : { contents: `${imports.join("")}${contents}`, loader: "js" };
    });
  },
};
