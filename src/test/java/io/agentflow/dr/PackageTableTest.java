package io.agentflow.dr;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Enforces the package table of the design: who may use whom, and who alone may touch the outside world. */
class PackageTableTest {
    private static final String ROOT = "io.agentflow.dr";
    private static final String TOOLS =
            "core age sign process postgres artifact manifest store catalog fingerprint auditchain";
    private static final String FEATURES = "backup copy restore critical verify retention follow journal request";

    /** Package → the packages that it may use. */
    private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
            row("core", ""),
            row("process", "core"),
            row("postgres", "core process"),
            row("artifact", "core"),
            row("age", "core artifact"),
            row("sign", "core"),
            row("manifest", "core artifact postgres auditchain"),
            row("store", "core artifact"),
            row("s3", "core artifact store"),
            row("gcs", "core artifact store"),
            row("azure", "core artifact store"),
            row("catalog", "core manifest store"),
            row("fingerprint", "core postgres"),
            row("auditchain", "core postgres"),
            row("backup", TOOLS + " verify"),
            row("restore", TOOLS + " verify"),
            row("critical", TOOLS + " verify restore"),
            row("verify", "core age sign process postgres artifact manifest store catalog"),
            row("copy", "core artifact manifest store catalog verify"),
            row("retention", "core manifest store catalog verify"),
            row("follow", "core artifact manifest store catalog verify retention"),
            row("journal", "core"),
            row("event", "core"),
            row("deadletter", "core"),
            row("request", "core sign artifact store"),
            row("config", "core age sign event store fingerprint retention"),
            row("route", TOOLS + " " + FEATURES),
            row("nats", "core request route"),
            row("kafka", "core request route"),
            row("lint", "core route"),
            row(
                    "cli",
                    "core age sign lint config backup copy restore critical verify retention follow catalog manifest store fingerprint auditchain journal deadletter postgres request"),
            row("daemon", "core"),
            row("app", TOOLS + " " + FEATURES + " event deadletter config route nats kafka lint cli daemon"));

    private static final Set<String> EMPTY_WORDS = Set.of("util", "helper", "manager", "common", "impl", "misc");
    private static final Set<String> TERMINAL_FIELDS = Set.of("out", "err", "in");
    private static final Set<String> PROCESS_WIDE_CALLS = Set.of("exit", "getenv", "console");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    @Test
    void everyPackageHasARow() {
        Set<String> packages = CLASSES.stream().map(PackageTableTest::packageOf).collect(toCollection(TreeSet::new));

        assertThat(packages).isNotEmpty();
        assertThat(MAY_USE.keySet()).containsAll(packages);
        MAY_USE.values().forEach(allowed -> assertThat(MAY_USE.keySet()).containsAll(allowed));
    }

    @TestFactory
    Stream<DynamicTest> usesOnlyWhatItsRowAllows() {
        return MAY_USE.keySet().stream()
                .sorted()
                .map(name -> DynamicTest.dynamicTest(
                        name,
                        () -> noClasses()
                                .that(livesIn(Set.of(name)))
                                .should()
                                .dependOnClassesThat(describe(
                                        "are ours and not of " + MAY_USE.get(name),
                                        target -> isOurs(target)
                                                && !packageOf(target).equals(name)
                                                && !MAY_USE.get(name).contains(packageOf(target))))
                                .allowEmptyShould(true)
                                .check(CLASSES)));
    }

    @Test
    void packagesFormNoCycle() {
        slices().matching(ROOT + ".(*)..")
                .should()
                .beFreeOfCycles()
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void onlyRoutesAndWhatStartsThemKnowCamel() {
        noClasses()
                .that(liveOutside("route", "lint", "daemon", "app"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.camel..")
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void onlyItsPackageKnowsNats() {
        noClasses()
                .that(liveOutside("nats"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.nats..")
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void onlyItsPackageKnowsKafka() {
        noClasses()
                .that(liveOutside("kafka"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.kafka..")
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void onlyTheAdapterKnowsAStoresClient() {
        noClasses()
                .that(liveOutside("s3"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("software.amazon..")
                .check(CLASSES);
        noClasses()
                .that(liveOutside("gcs"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.google..")
                .check(CLASSES);
        noClasses()
                .that(liveOutside("azure"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.azure..", "reactor..")
                .check(CLASSES);
    }

    @Test
    void onlyProcessStartsPrograms() {
        noClasses()
                .that(liveOutside("process"))
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(ProcessBuilder.class)
                .orShould()
                .accessTargetWhere(access("Runtime.exec", PackageTableTest::startsAProgram))
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void onlyTheAppReadsTheSystemClock() {
        noClasses()
                .that(liveOutside("app"))
                .should()
                .accessTargetWhere(access("the system clock", PackageTableTest::readsTheSystemClock))
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void onlyCommandsAndConfigurationTouchTheProcess() {
        noClasses()
                .that(liveOutside("cli", "config", "app"))
                .should()
                .accessTargetWhere(
                        access("System.exit, getenv, console, in, out or err", PackageTableTest::touchesTheProcess))
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    @Test
    void noNameIsAnEmptyWord() {
        assertThat(CLASSES.stream().map(JavaClass::getName))
                .as("names with one of " + EMPTY_WORDS)
                .filteredOn(
                        name -> words(name.substring(ROOT.length())).stream().anyMatch(EMPTY_WORDS::contains))
                .isEmpty();
    }

    @Test
    void findsEmptyWordsInNamesOnlyAsWords() {
        assertThat(words("StoreHelper")).contains("helper");
        assertThat(words("HTTPUtil2")).contains("util");
        assertThat(words("io.agentflow.dr.misc.Simple")).contains("misc");
        assertThat(words("ImplicitCommonality")).doesNotContainAnyElementsOf(EMPTY_WORDS);
    }

    private static Map.Entry<String, Set<String>> row(String name, String mayUse) {
        return Map.entry(name, mayUse.isEmpty() ? Set.of() : Set.of(mayUse.split(" ")));
    }

    private static boolean isOurs(JavaClass type) {
        return type.getPackageName().equals(ROOT) || type.getPackageName().startsWith(ROOT + ".");
    }

    /** The row that a class belongs to: the first package below the root, or nothing for the root itself. */
    private static String packageOf(JavaClass type) {
        String below = type.getPackageName().substring(ROOT.length());
        return below.isEmpty() ? "" : below.substring(1).split("\\.", 2)[0];
    }

    private static DescribedPredicate<JavaClass> livesIn(Set<String> packages) {
        return describe("live in " + packages, type -> packages.contains(packageOf(type)));
    }

    private static DescribedPredicate<JavaClass> liveOutside(String... packages) {
        return DescribedPredicate.not(livesIn(Set.of(packages)));
    }

    private static DescribedPredicate<JavaAccess<?>> access(String to, Predicate<JavaAccess<?>> is) {
        return describe(to, is);
    }

    private static boolean startsAProgram(JavaAccess<?> access) {
        return isOf(access, Runtime.class) && access.getName().equals("exec");
    }

    private static boolean readsTheSystemClock(JavaAccess<?> access) {
        return isOf(access, System.class) && access.getName().equals("currentTimeMillis")
                || isOf(access, Clock.class) && (access.getName().startsWith("system") || isTick(access))
                || access.getTargetOwner().getPackageName().equals("java.time")
                        && access.getName().equals("now")
                        && !takesAClock(access);
    }

    private static boolean isTick(JavaAccess<?> access) {
        return access.getName().startsWith("tick") && !takesAClock(access);
    }

    private static boolean takesAClock(JavaAccess<?> access) {
        return access.getTarget().getFullName().contains("(" + Clock.class.getName());
    }

    private static boolean touchesTheProcess(JavaAccess<?> access) {
        return isOf(access, System.class)
                && (TERMINAL_FIELDS.contains(access.getName()) || PROCESS_WIDE_CALLS.contains(access.getName()));
    }

    private static boolean isOf(JavaAccess<?> access, Class<?> owner) {
        return access.getTargetOwner().isEquivalentTo(owner);
    }

    /** The words of a name in camel case and dots, in lower case. */
    private static List<String> words(String name) {
        return Stream.of(name.split("[^A-Za-z]+|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])"))
                .map(word -> word.toLowerCase(Locale.ROOT))
                .toList();
    }
}
