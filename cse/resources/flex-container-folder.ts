import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, StartupError } from '#platform';
import { flexContainerFilesIn, readFlexContainerFile } from './flex-container-file.ts';
import { offerFlexContainers } from './index.ts';

/**
 * Makes the specializations of <flexContainer> known that a territory brings: those of the configured folder, otherwise
 * those beside its profile.
 *
 * @throws StartupError when a configured folder does not exist, or a file is not as it should be
 */
export function loadFlexContainers({ cse: { flexContainersDirectory }, territory }: Config): void {
  if (flexContainersDirectory !== null && !existsSync(flexContainersDirectory)) {
    throw new StartupError(
      `cse.flexContainersDirectory (ALZETTE_CSE_FLEX_CONTAINERS_DIRECTORY): ${flexContainersDirectory} does not exist`,
      'Correct the setting, or unset it to use the definitions of the territory.',
    );
  }
  const folder =
    flexContainersDirectory ?? join(import.meta.dirname, '..', '..', 'territories', territory, 'flex-containers');
  for (const path of flexContainerFilesIn(folder)) offerFlexContainers(readFlexContainerFile(path));
}
