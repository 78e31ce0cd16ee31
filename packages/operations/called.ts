// How a person calls `spillway` again: it is installed in their project, and not in the PATH of their shell.

/** Each package manager names itself in the environment of what it runs, as "pnpm/10.34.9 npm/? node/v24.21.0". */
const isPnpm = /^pnpm\//.test(process.env.npm_config_user_agent ?? "");

/** The command of the next step, before its arguments. */
export const spillway = isPnpm ? "pnpm exec spillway" : "npx spillway";
