import { DataError } from './errors';
import { datasetNames, loadDataset, type Dataset, type LoadOptions } from './load';

/**
 * Loads the first of these data sets that can be had; its `source` says which could not, and why.
 *
 * @throws DataError when a name is that of no set, or when none can be had: that of the last name.
 */
export async function loadFirstAvailable(
  names: readonly string[],
  options: LoadOptions = {},
): Promise<Dataset> {
  const missing: string[] = [];
  for (const name of names.slice(0, -1)) {
    try {
      return mention(await loadDataset(name, options), missing);
    } catch (error) {
      if (!(error instanceof DataError) || !datasetNames().includes(name)) throw error;
      missing.push(`no ${name}: ${error.message.split('\n', 1)[0]!.replace(/:$/, '')}`);
    }
  }
  return mention(await loadDataset(names.at(-1)!, options), missing);
}

function mention(dataset: Dataset, missing: string[]): Dataset {
  if (missing.length === 0) return dataset;
  return { ...dataset, source: `${dataset.source} (${missing.join('; ')})` };
}
