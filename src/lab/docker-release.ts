/** The Docker releases that a lab machine can run, and where Debian has them. */

export const dockerReleases = ['20.10', '26', '28'] as const;

export type DockerRelease = (typeof dockerReleases)[number];

/** Debian packages of one suite. */
export type PackageSource = { readonly suite: string; readonly packages: readonly string[] };

/**
 * Where a release's packages come from. runc is always bookworm's: that of later suites needs a newer glibc than bookworm
 * has (2.38), while their dockerd, containerd and docker run on it unchanged.
 */
export function packageSources(release: DockerRelease): readonly PackageSource[] {
  const runtime = { suite: 'bookworm', packages: ['runc'] };
  switch (release) {
    case '20.10':
      return [{ suite: 'bookworm', packages: ['docker.io', 'containerd', 'runc'] }];
    case '26':
      return [{ suite: 'trixie', packages: ['docker.io', 'docker-cli', 'containerd'] }, runtime];
    case '28':
      return [{ suite: 'sid', packages: ['docker.io', 'docker-cli', 'containerd'] }, runtime];
  }
}

/** The release that a version such as `28.5.2+dfsg4-5` or `20.10.24+dfsg1-1+deb12u1` belongs to. */
export function releaseOf(version: string): DockerRelease | undefined {
  return dockerReleases.find((release) => version.startsWith(`${release}.`));
}

/** Reads what an operator wrote, `28` or `20.10`. */
export function parseDockerRelease(text: string): DockerRelease | undefined {
  return dockerReleases.find((release) => release === text);
}
