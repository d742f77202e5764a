import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * vitest sequencer: projects that share a group take turns in it, each evenly spread over the whole, so that files
 * which wait (for time limits, for hosts) run beside files which keep a processor busy (browsers).
 */
export default class MixingSequencer extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const byProject = Map.groupBy(sorted, ({ project }) => project.name);
    const placed = [...byProject.values()].flatMap((ofOne) =>
      ofOne.map((file, index) => ({ file, place: (index + 0.5) / ofOne.length })),
    );
    const group = ({ project }: TestSpecification): number => project.config.sequence.groupOrder;
    return placed.sort((a, b) => group(a.file) - group(b.file) || a.place - b.place).map(({ file }) => file);
  }
}
