import { packagesAreCurrent } from './lib/packages.mjs';
import { choosePython } from './lib/python.mjs';

describe('whether node_modules is what the lockfile wants', () => {
  const express = { version: '5.3.0', resolved: 'https://packages.example/express/-/express-5.3.0.tgz' };
  const workspaces = { '': { dependencies: {} }, server: { dependencies: { express: '5.3.0' } } };
  const lock = {
    packages: {
      '': { dependencies: {} },
      server: { dependencies: { express: '5.3.0' } },
      'node_modules/server': { resolved: 'server', link: true },
      'node_modules/express': express,
      'node_modules/fsevents': { version: '2.3.3', optional: true },
    },
  };
  const there = { 'node_modules/server': { resolved: 'server', link: true }, 'node_modules/express': express };

  it('is content with all packages but those of other platforms', () => {
    expect(packagesAreCurrent(lock, { packages: there }, workspaces)).toBe(true);
  });
  it('sees a missing package, another version and a missing workspace link', () => {
    expect(packagesAreCurrent(lock, { packages: { ...there, 'node_modules/express': undefined } }, workspaces)).toBe(false);
    expect(packagesAreCurrent(lock, { packages: { ...there, 'node_modules/express': { ...express, version: '5.2.0' } } }, workspaces)).toBe(
      false,
    );
    expect(packagesAreCurrent(lock, { packages: { ...there, 'node_modules/server': undefined } }, workspaces)).toBe(false);
  });
  it('sees a dependency that a manifest names and the lockfile does not', () => {
    const changed = { ...workspaces, server: { dependencies: { express: '5.3.0', pg: '8.0.0' } } };
    expect(packagesAreCurrent(lock, { packages: there }, changed)).toBe(false);
  });
});

describe('the Python that JupyterLab gets', () => {
  const python = (name: string, version: string, hasVenv = true) => ({ name, version, hasVenv });

  it('is the first recent one with venv', () => {
    const answers = [python('python3', '3.9.2'), undefined, python('python3.13', '3.13.1', false), python('python3.12', '3.12.0')];
    expect(choosePython(answers).name).toBe('python3.12');
  });
  it('is missed in one sentence with the remedy', () => {
    expect(() => choosePython([undefined])).toThrow(/^No Python was found on PATH.*apt install python3 python3-venv/);
    expect(() => choosePython([python('python3', '3.9.2')])).toThrow(
      /^JupyterLab needs Python 3\.10 or later; python3 here is 3\.9\.2\. Install/,
    );
    expect(() => choosePython([python('python3', '3.11.2', false)])).toThrow(
      /^python3 3\.11\.2 lacks the venv module\..*apt install python3-venv/,
    );
  });
});
