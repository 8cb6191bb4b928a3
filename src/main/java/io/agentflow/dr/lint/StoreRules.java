package io.agentflow.dr.lint;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** af's rules for the routes of a store, {@code store-<name>-put} and so on: what would lose bytes, or hold them all. */
final class StoreRules {
    private static final List<String> ACTS = List.of("put", "open", "list", "stat", "delete");
    private static final Pattern NAME = Pattern.compile("store-([a-z][a-z0-9-]{0,40})-(put|open|list|stat|delete)");
    /** Components that write under the final name from the first byte on, unless they are told otherwise. */
    private static final Set<String> FILES = Set.of("file", "ftp", "ftps", "sftp", "smb");

    private static final Set<String> HTTP = Set.of("http", "https");

    private static final Pattern READS_ALL = Pattern.compile("convertBodyTo|log");

    private final List<RouteFile> files;
    private final List<Finding> findings = new ArrayList<>();

    StoreRules(List<RouteFile> files) {
        this.files = files;
    }

    List<Finding> judge() {
        for (RouteFile file : files) {
            Matcher named = NAME.matcher(file.id());
            if (named.matches()) {
                judge(file, named.group(1), named.group(2));
            }
        }
        return findings;
    }

    private void judge(RouteFile file, String store, String act) {
        if (!file.from().equals("direct:" + file.id())) {
            add(file, "begins at '" + file.from() + "', and is called as direct:" + file.id());
        }
        for (String other : ACTS) {
            String route = "store-" + store + "-" + other;
            if (files.stream().noneMatch(one -> one.id().equals(route))) {
                add(file, "is one of five, and there is no " + route);
            }
        }
        file.steps().forEach(step -> step(file, act, step));
        if (act.equals("put")
                && file.steps().stream().anyMatch(step -> HTTP.contains(step.scheme()))
                && file.steps().stream()
                        .noneMatch(
                                step -> step.definition().path("ref").asText().equals("sizedBody"))) {
            add(file, "sends by http without the bean sizedBody: an upload that breaks off would look whole there");
        }
    }

    private void step(RouteFile file, String act, RouteFile.Step step) {
        if (act.equals("put") && FILES.contains(step.scheme())) {
            if (!step.parameter("tempFileName").endsWith(".part")) {
                add(
                        file,
                        "the step '" + step.id() + "' lacks tempFileName: \"${file:onlyname}.part\": half a file would"
                                + " be seen under its name");
            }
            if (!step.parameter("fileExist").equals("Fail")) {
                add(file, "the step '" + step.id() + "' lacks fileExist: Fail: it would overwrite");
            }
        }
        if (act.equals("open")
                && HTTP.contains(step.scheme())
                && !step.parameter("disableStreamCache").equals("true")) {
            add(file, "the step '" + step.id() + "' lacks disableStreamCache: true: it holds the whole object");
        }
        if (Set.of("put", "open").contains(act)
                && READS_ALL.matcher(step.kind()).matches()
                && readsBody(step)) {
            add(file, "the step '" + step.id() + "' reads the whole body: it is gone then, and was held in memory");
        }
    }

    private static boolean readsBody(RouteFile.Step step) {
        return step.kind().equals("convertBodyTo")
                || step.definition().path("message").asText().contains("${body");
    }

    private void add(RouteFile file, String text) {
        findings.add(new Finding(file.name(), "store", text));
    }
}
