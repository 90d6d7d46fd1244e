/** Before all tests. The build is up to date: `pretest` saw to it. */
export default function setup(): void {}
