// Everything that is generated into documents. A new generator is a module of this folder and a line here.
import type { Generator } from "@spillway/cli/generator";
import { apiReports } from "./api-report";
import { argumentTables } from "./arguments";
import { configuration, schema } from "./configuration";
import { dashboard } from "./dashboard";
import { diagram } from "./diagram";
import { iamStatements } from "./iam-statements";
import { pictures } from "./pictures";
import { shapes } from "./shapes";
import { templates } from "./templates";

export const generators: readonly Generator[] = [
  configuration,
  schema,
  diagram,
  dashboard,
  iamStatements,
  shapes,
  ...templates,
  ...apiReports,
  ...pictures,
  ...argumentTables,
];
