package io.agentflow.dr.verify;

import io.agentflow.dr.core.ShellWord;
import io.agentflow.dr.manifest.ComponentKind;
import io.agentflow.dr.manifest.Manifest;
import java.util.List;
import java.util.stream.Stream;

/**
 * How the operator of a damaged backup gets on with stock tools, if it is the only one and its data is whole. af restores
 * nothing of it.
 */
final class ByHand {
    static final String PAGE = "docs/runbooks/damaged-backup.md";
    private static final String INSTRUCTIONS = "RESTORE.md";
    private static final int NAMED = 5;

    private final Manifest manifest;
    private final Kept kept;
    private final List<String> damaged;

    private ByHand(Manifest manifest, Kept kept, List<String> damaged) {
        this.manifest = manifest;
        this.kept = kept;
        this.damaged = damaged;
    }

    /** Lines that name the way, each after a line break; nothing if the manifest or the data is damaged. */
    static String of(Manifest manifest, Kept kept, List<Problem> problems) {
        List<String> damaged = problems.stream().map(Problem::path).distinct().toList();
        boolean whole = damaged.stream().noneMatch(path -> path.equals("data") || path.startsWith("data/"));
        return whole ? "\n" + String.join("\n", new ByHand(manifest, kept, damaged).lines()) : "";
    }

    private List<String> lines() {
        String create = "CREATE DATABASE restored"
                + manifest.properties().creationOptions(manifest.source().serverVersionNumber() / 10_000);
        return Stream.of(
                        "If there is no other: its data is whole, damaged is only " + named()
                                + ". Stock tools restore it beside the live database (" + PAGE + " of af"
                                + (damaged.contains(INSTRUCTIONS)
                                        ? ""
                                        : " and " + ShellWord.of(folder() + "/" + INSTRUCTIONS))
                                + "):",
                        fetched(),
                        decrypted(),
                        roles(),
                        "  psql -d postgres -c " + ShellWord.of(create),
                        "  pg_restore --exit-on-error --dbname=restored " + ShellWord.of(plain() + "/data"))
                .filter(line -> !line.isEmpty())
                .toList();
    }

    /** The one that it lies in, or a copy in the working directory. */
    private String folder() {
        return kept.remote() ? manifest.id().text() : kept.location();
    }

    /** Where its files are in the clear once they are decrypted: in a copy, for nothing is added to a backup. */
    private String plain() {
        return manifest.encrypted() ? manifest.id().text() : folder();
    }

    /** pg_restore reads no file of age. */
    private String decrypted() {
        if (!manifest.encrypted()) {
            return "";
        }
        String copy = kept.remote() ? "" : "cp -R " + ShellWord.of(folder()) + " " + manifest.id() + " && ";
        return "  decrypt a copy of it, with age and in identity.txt the identity of one of "
                + String.join(", ", manifest.encryptedTo()) + ":\n  " + copy + "(for f in " + manifest.id()
                + "/data/*.age; do age -d -i identity.txt -o \"${f%.age}\" \"$f\" || exit 1; done)";
    }

    private String fetched() {
        if (!kept.remote()) {
            return "";
        }
        return kept.location().startsWith("gs:")
                ? "  fetch it first: gcloud storage cp --recursive " + ShellWord.of(kept.location()) + " ."
                : "  fetch it first, here for S3: aws s3 cp --recursive " + ShellWord.of(kept.location()) + " "
                        + manifest.id();
    }

    private String named() {
        return String.join(", ", damaged.subList(0, Math.min(NAMED, damaged.size())))
                + (damaged.size() > NAMED ? " and " + (damaged.size() - NAMED) + " more" : "");
    }

    /** The globals would make them. */
    private String roles() {
        boolean known = manifest.components().stream()
                .filter(component -> component.kind() == ComponentKind.GLOBALS)
                .flatMap(component -> component.files().stream())
                .noneMatch(file -> damaged.contains(file.path().text()));
        return known || manifest.needs().roles().isEmpty()
                ? ""
                : "  these roles must be there first: "
                        + String.join(", ", manifest.needs().roles());
    }
}
