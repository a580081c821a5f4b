import { delimiter, dirname, join } from 'node:path';

/**
 * The environment of JupyterLab, and so of its terminals, kernels and companion: the d-commands, Lab's own tools and Node 24 come first on
 * PATH, and nothing of npm's is left, which would otherwise reach terminals and change what `npm` does there.
 */
export function labEnvironment(env, { root, node, dataDirectory, runtimeDirectory, configDirectory }) {
  const kept = Object.entries(env).filter(([name]) => !/^(npm_|DIRACLAB_RERUN_OF$|INIT_CWD$|NODE$)/.test(name));
  const oldPath = (env.PATH ?? '').split(delimiter).filter((folder) => !/node_modules\/(\.bin|@npmcli\/run-script\/.*)$/.test(folder));
  const configPath = [configDirectory, env.JUPYTER_CONFIG_PATH].filter((folder) => folder);
  return {
    ...Object.fromEntries(kept),
    PATH: [join(root, 'kernel-lib/bin'), join(root, '.venv/bin'), dirname(node), ...oldPath].join(delimiter),
    DIRACLAB_DATA: dataDirectory,
    // What the extension's DIRAC terminal starts its shell with; DIRACLAB_BIN is for a .bashrc that sets PATH anew.
    DIRACLAB_BIN: join(root, 'kernel-lib/bin'),
    DIRACLAB_RC: join(root, 'extension/terminal/dirac.rc'),
    // Known to both sides, so that Lab's address and token are read from the file (0600) that Lab writes there, and never passed along.
    JUPYTER_RUNTIME_DIR: runtimeDirectory,
    JUPYTER_PREFER_ENV_PATH: '1',
    ...(configPath.length === 0 ? {} : { JUPYTER_CONFIG_PATH: configPath.join(delimiter) }),
  };
}
