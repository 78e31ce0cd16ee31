// A service whose actions are loaded at the first request for it, so that a run that nobody asks starts without them.
import type { Service, ServiceName } from "./ask";

/** `load` requires the modules of the service, and creates it. */
export function onDemand(name: ServiceName, load: () => Service): Service {
  let loaded: Service | undefined;
  return {
    name,
    handle: (...request) => {
      loaded ??= load();
      return loaded.handle(...request);
    },
    close: async () => loaded?.close(),
  };
}
