import manifest from '../../package.json' with { type: 'json' };

/** The version of this program, as `--version` prints it and hubs and viewers tell each other. */
export const VERSION: string = manifest.version;
