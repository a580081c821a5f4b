import type { MimeData } from '@lumino/coreutils';
import type { IDiracSession } from '../tokens';
import { ModelBody } from '../ui/model-body';
import type { ReadLabFile } from './inputs';
import { Launchpad, type Execute } from './launchpad';
import type { Draft } from './draft';
import { LaunchpadModel } from './model';

/** What Lab's file browser carries when files are dragged: their paths. */
const labFiles = 'application/x-jupyter-icontents';

/** An event of Lumino's drag and drop, as far as it is used here. */
interface LabDrag extends Event {
  readonly mimeData: MimeData;
  dropAction: string;
}

export function createLaunchpad(
  session: IDiracSession,
  draft: Draft,
  execute: Execute,
  readLabFile: ReadLabFile,
): ModelBody<LaunchpadModel> {
  const body = new ModelBody(new LaunchpadModel(session, draft), 'dirac-Launchpad', (model) => (
    <Launchpad model={model} execute={execute} readLabFile={readLabFile} />
  ));
  takeDropped(body, readLabFile);
  return body;
}

/** Files may be dropped anywhere on the form, from Lab's file browser and from the desktop. */
function takeDropped({ node, model }: ModelBody<LaunchpadModel>, readLabFile: ReadLabFile): void {
  for (const type of ['lm-dragenter', 'lm-dragover']) {
    node.addEventListener(type, (event) => {
      const drag = event as LabDrag;
      if (!drag.mimeData.hasData(labFiles)) return;
      drag.preventDefault();
      drag.stopPropagation();
      drag.dropAction = 'copy';
    });
  }
  node.addEventListener('lm-drop', (event) => {
    const drag = event as LabDrag;
    const paths = drag.mimeData.getData(labFiles) as string[] | undefined;
    if (paths === undefined) return;
    drag.preventDefault();
    drag.stopPropagation();
    drag.dropAction = 'copy';
    for (const path of paths) void model.addFile(path.split('/').at(-1) ?? path, readLabFile(path));
  });
  node.addEventListener('dragover', (event) => event.dataTransfer?.types.includes('Files') && event.preventDefault());
  node.addEventListener('drop', (event) => {
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    for (const file of files) void model.addFile(file.name, file);
  });
}
