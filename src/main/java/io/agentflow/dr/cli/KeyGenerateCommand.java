package io.agentflow.dr.cli;

import io.agentflow.dr.age.AgeKey;
import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.Reason;
import io.agentflow.dr.core.Refused;
import io.agentflow.dr.core.SecretFile;
import io.agentflow.dr.core.ShellWord;
import io.agentflow.dr.sign.PublicKey25519;
import io.agentflow.dr.sign.SigningKey;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.temporal.ChronoUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code af key generate}. */
@Command(
        name = "generate",
        description =
                "Make an identity of age, which decrypts what is encrypted to its public key; or a key that signs.")
final class KeyGenerateCommand extends AfCommand {
    @Parameters(
            index = "0",
            paramLabel = "FILE",
            description = "The file for the secret half, for its owner alone. Nothing is overwritten.")
    Path file = Path.of("");

    @Option(
            names = "--signing",
            description = "Make a key of Ed25519 that signs manifests; its public half goes to FILE.pub.")
    boolean signing;

    KeyGenerateCommand(Session session) {
        super(session);
    }

    @Override
    String kind() {
        return "KeyGenerate";
    }

    @Override
    ExitCode run(AfConfig config, OperationEvents events) {
        if (signing) {
            signing();
        } else {
            identity();
        }
        return ExitCode.OK;
    }

    private void identity() {
        AgeKey key = AgeKey.generate();
        write(file, key.file(session().clock().instant().truncatedTo(ChronoUnit.SECONDS)));
        if (json) {
            terminal()
                    .data(new JsonDocument(kind(), "ok")
                            .with("file", file.toString())
                            .with("recipient", key.recipient())
                            .toString());
            return;
        }
        terminal().data(key.recipient());
        terminal().say("  Backups are encrypted to it by: --encrypt-to, or af.encrypt-to");
        terminal()
                .say("  The identity is in " + file
                        + ": whoever loses it loses the backups. Keep a copy in a safe, and none where backups"
                        + " are made.");
    }

    private void signing() {
        Path publicFile = file.resolveSibling(file.getFileName() + ".pub");
        if (Files.exists(publicFile, LinkOption.NOFOLLOW_LINKS)) {
            throw taken(publicFile, null);
        }
        SigningKey key = SigningKey.generate();
        PublicKey25519 half = key.publicKey();
        write(file, key.pem());
        try {
            Files.writeString(publicFile, half.pem(), StandardOpenOption.CREATE_NEW);
        } catch (IOException e) {
            throw failed(publicFile, e);
        }
        if (json) {
            terminal()
                    .data(new JsonDocument(kind(), "ok")
                            .with("file", file.toString())
                            .with("publicKeyFile", publicFile.toString())
                            .with("fingerprint", half.fingerprint().hex())
                            .toString());
            return;
        }
        terminal().data(publicFile + " " + half.fingerprint());
        terminal().say("  Sign where backups are made: af.sign.key = " + file);
        terminal().say("  Trust it where they are restored: af.sign.trusted = " + publicFile);
    }

    private static void write(Path file, String secret) {
        try {
            SecretFile.create(file, secret);
        } catch (FileAlreadyExistsException e) {
            throw taken(file, e);
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    private static Refused taken(Path file, @org.jspecify.annotations.Nullable Throwable cause) {
        return new Refused(
                "there is a file " + file + " already, and no key is overwritten",
                "Choose another name, or look whose it is: ls -l " + ShellWord.of(file.toString()),
                cause);
    }

    private static OperationFailed failed(Path file, IOException e) {
        return new OperationFailed(
                file + " cannot be written: " + Reason.of(e),
                "Check that its folder is there, its rights and the disk.",
                e);
    }
}
