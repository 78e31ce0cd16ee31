// SSM's Parameter Store of the local run: the actions that callbacks use.
import { type Message, type Service, ServiceError } from "../service/ask";
import { page } from "../service/page";
import { optionalBoolean, optionalNumber, optionalText, text, texts } from "./input";
import { type Parameter, type SecretStore, secretsFile } from "./store";

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html */
const mostByPath = 10;

export function createSsm(store: SecretStore, now: () => number): Service {
  const actions: Readonly<Record<string, (input: Message) => Message>> = {
    GetParameter: (input) => {
      const name = text(input, "Name");
      const found = store.parameter(name);
      if (found === undefined) throw notFound(name);
      return { Parameter: shown(found, input) };
    },
    GetParameters: (input) => {
      const names = texts(input, "Names");
      const found = names.map((name) => store.parameter(name));
      return {
        Parameters: found.flatMap((parameter) => (parameter === undefined ? [] : [shown(parameter, input)])),
        InvalidParameters: names.filter((_, index) => found[index] === undefined),
      };
    },
    GetParametersByPath: (input) => {
      const path = `${text(input, "Path").replace(/\/$/, "")}/`;
      const recursive = optionalBoolean(input, "Recursive") === true;
      const below = store.parameters().filter(({ name }) => {
        const rest = name.startsWith(path) ? name.slice(path.length) : "";
        return rest !== "" && (recursive || !rest.includes("/"));
      });
      const { items, more } = page(below, ({ name }) => name, {
        size: Math.min(mostByPath, optionalNumber(input, "MaxResults") ?? mostByPath),
        token: optionalText(input, "NextToken"),
        as: "NextToken",
      });
      return {
        Parameters: items.map((parameter) => shown(store.parameter(parameter.name) ?? parameter, input)),
        ...more,
      };
    },
    PutParameter: (input) => {
      const name = text(input, "Name");
      const former = store.parameter(name);
      if (former !== undefined && optionalBoolean(input, "Overwrite") !== true) {
        throw new ServiceError(
          "ParameterAlreadyExists",
          "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
        );
      }
      const type = optionalText(input, "Type") ?? former?.type ?? "String";
      const put = store.putParameter(name, type, text(input, "Value"));
      store.written(put);
      return { Version: put.version, Tier: "Standard" };
    },
  };

  const shown = ({ name, arn, type, value, version }: Parameter, { WithDecryption }: Message) => ({
    Name: name,
    ARN: arn,
    Type: type,
    // AWS answers the ciphertext. Nothing is encrypted here, and nothing may depend on it.
    Value: type === "SecureString" && WithDecryption !== true ? "(encrypted; ask with WithDecryption)" : value,
    Version: version,
    DataType: "text",
    LastModifiedDate: Math.floor(now() / 1000),
  });

  return {
    name: "ssm",
    async handle(_principal, action, input) {
      const run = actions[action];
      if (run === undefined) {
        const known = Object.keys(actions).join(", ");
        throw new ServiceError("InvalidAction", `SSM of the local run does not have ${action}; it has ${known}.`);
      }
      return run(input);
    },
    async close() {},
  };
}

const notFound = (name: string) =>
  new ServiceError(
    "ParameterNotFound",
    `Parameter ${name} not found. For the local run give it a value in ${secretsFile}: {"${name}": "<value>"}.`,
  );
