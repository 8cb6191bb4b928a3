package io.agentflow.dr.app;

import io.agentflow.dr.auditchain.AuditReport;
import io.agentflow.dr.backup.BackupRequest;
import io.agentflow.dr.backup.BackupRun;
import io.agentflow.dr.backup.EarlySession;
import io.agentflow.dr.catalog.BackupCatalog;
import io.agentflow.dr.cli.Operations;
import io.agentflow.dr.config.AfConfig;
import io.agentflow.dr.config.ConfigKey;
import io.agentflow.dr.copy.CopiedBackup;
import io.agentflow.dr.copy.CopyBackup;
import io.agentflow.dr.core.AfException;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.DatabaseName;
import io.agentflow.dr.core.DatabaseUrl;
import io.agentflow.dr.core.Early;
import io.agentflow.dr.core.ExitCode;
import io.agentflow.dr.core.Operation;
import io.agentflow.dr.core.OperationEvent;
import io.agentflow.dr.core.OperationEvents;
import io.agentflow.dr.core.OperationFailed;
import io.agentflow.dr.core.OperationId;
import io.agentflow.dr.core.Redaction;
import io.agentflow.dr.core.Requester;
import io.agentflow.dr.core.Secret;
import io.agentflow.dr.critical.CriticalRun;
import io.agentflow.dr.critical.FetchTables;
import io.agentflow.dr.critical.OpenTables;
import io.agentflow.dr.daemon.DatabaseState;
import io.agentflow.dr.daemon.Health;
import io.agentflow.dr.daemon.Meters;
import io.agentflow.dr.deadletter.DeadLetterFolder;
import io.agentflow.dr.follow.CompareStores;
import io.agentflow.dr.follow.Follower;
import io.agentflow.dr.follow.SpareForFollowers;
import io.agentflow.dr.lint.CheckRoutes;
import io.agentflow.dr.lint.Finding;
import io.agentflow.dr.lint.RouteFile;
import io.agentflow.dr.manifest.Manifest;
import io.agentflow.dr.manifest.ManifestJson;
import io.agentflow.dr.postgres.PgTools;
import io.agentflow.dr.process.Programs;
import io.agentflow.dr.request.Arrival;
import io.agentflow.dr.request.OperationRequest;
import io.agentflow.dr.request.RequestRefused;
import io.agentflow.dr.restore.DropPrevious;
import io.agentflow.dr.restore.PlanRestore;
import io.agentflow.dr.restore.RestorePlan;
import io.agentflow.dr.restore.RestoreRequest;
import io.agentflow.dr.restore.RestoreRun;
import io.agentflow.dr.restore.RestoreType;
import io.agentflow.dr.restore.UndoRestore;
import io.agentflow.dr.retention.RetentionPlan;
import io.agentflow.dr.retention.RetentionPolicy;
import io.agentflow.dr.route.DeadLetters;
import io.agentflow.dr.route.RouteTexts;
import io.agentflow.dr.route.Routes;
import io.agentflow.dr.store.BackupStore;
import io.agentflow.dr.store.KnownStores;
import io.agentflow.dr.store.StoreUri;
import io.agentflow.dr.verify.ArchiveCheck;
import io.agentflow.dr.verify.CheckSignature;
import io.agentflow.dr.verify.Decryption;
import io.agentflow.dr.verify.RecordEvidence;
import io.agentflow.dr.verify.VerifyBackup;
import io.agentflow.dr.verify.VerifyExtent;
import io.agentflow.dr.verify.VerifyPublished;
import io.agentflow.dr.verify.VerifyReport;
import java.io.File;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.camel.component.quartz.QuartzComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.jspecify.annotations.Nullable;

/** Has the commands' operations done: through the routes, except for what only reads a directory. */
final class AfOperations implements Operations, AutoCloseable {
    /** What is cancelled ends within this time, or is left behind. */
    private static final Duration CANCEL_LIMIT = Duration.ofSeconds(20);

    /** Between a fire time and what begins at it lies less, besides the jitter. */
    private static final Duration A_FIRE_TIME = Duration.ofMinutes(1);

    /** At its end af waits so long for whoever is to be told. */
    private static final Duration TELL_LIMIT = Duration.ofSeconds(3);

    /** Id of the request that these are done for; empty if for none. */
    private final String wish;

    private final AfConfig config;
    private final Clock clock;
    private final RouteSources sources;
    private final Supplier<DefaultCamelContext> contexts;
    private final SecureRandom random = new SecureRandom();
    private final Programs programs;
    private final PgTools tools;
    private final Redaction redaction;
    private final RouteStores routeStores;
    private final Announcements announcements;
    private final Outcomes measured;
    private final OperationJournal journal;
    private final Set<Operation> running;
    /** From a signal on: what is begun now has ended already, or a question that is just asked would be answered yes. */
    private final AtomicBoolean ending;

    private volatile @Nullable ServedRoutes shared;
    private volatile @Nullable Service service;
    private volatile @Nullable Requests requests;

    /** @param contexts gives what {@link Routes#prepare} makes */
    AfOperations(
            AfConfig config,
            String searchPath,
            Clock clock,
            Path home,
            Requester who,
            Supplier<DefaultCamelContext> contexts) {
        this.wish = "";
        this.contexts = contexts;
        this.config = config;
        this.clock = clock;
        this.programs = new Programs();
        this.sources = new RouteSources(config, home);
        this.redaction = sources.redaction();
        this.routeStores = new RouteStores(sources, () -> beans(event -> {}), redaction);
        this.running = ConcurrentHashMap.newKeySet();
        this.ending = new AtomicBoolean();
        this.measured = new Outcomes(config, clock);
        this.announcements = new Announcements(config, sources::notifying, clock, redaction);
        this.journal = new OperationJournal(
                config.stateDirectory(),
                clock,
                announcements.announcer(),
                redaction,
                who,
                (operation, why) -> deadLetters().report(operation, why));
        List<Path> directories = new ArrayList<>();
        config.list(ConfigKey.POSTGRES_BIN).forEach(d -> directories.add(Path.of(d)));
        Pattern.compile(Pattern.quote(File.pathSeparator))
                .splitAsStream(searchPath)
                .filter(directory -> !directory.isEmpty())
                .forEach(directory -> directories.add(Path.of(directory)));
        this.tools = new PgTools(programs, directories);
    }

    private AfOperations(AfOperations same, Requester who, String wish) {
        this.wish = wish;
        this.config = same.config;
        this.clock = same.clock;
        this.sources = same.sources;
        this.routeStores = same.routeStores;
        this.contexts = same.contexts;
        this.programs = same.programs;
        this.tools = same.tools;
        this.running = same.running;
        this.ending = same.ending;
        this.shared = same.shared;
        this.measured = same.measured;
        this.redaction = same.redaction;
        this.announcements = same.announcements;
        this.journal = same.journal.by(who);
    }

    @Override
    public Operations asked(String from, @Nullable String key, String request) {
        return new AfOperations(this, journal.who().asked(from, key), request);
    }

    @Override
    public BackupStore open(StoreUri uri) {
        return uri.scheme().equals(StoreUri.ROUTE)
                ? StoreKinds.over(routeStores.open(uri), uri, config.stagingDirectory(), clock)
                : StoreKinds.open(uri, config.stagingDirectory(), clock);
    }

    @Override
    public BackupRun.Published create(BackupRequest request, OperationEvents events) {
        keepSecret(request.url());
        Operation operation = begin("backup", request.words(), request.arguments(), events);
        EarlySession session = new EarlySession(request.url(), operation.sessionName("snapshot"));
        BackupRun.Published published = measured.around(
                request.store(),
                () -> request.url().database().text(),
                events,
                () -> through(
                        "direct:backup-create",
                        operation,
                        new BackupRun.Requested(operation, request, session),
                        BackupRun.Published.class,
                        made -> Verdict.good(made.manifest().id().text(), made.warnings())),
                (state, made, seconds) -> state.backedUp(
                        made.manifest().createdAt(), made.manifest().summary().bytes(), seconds),
                (state, failure) -> {
                    // With these it was published, and only a step after that failed.
                    if (failure.exitCode() != ExitCode.WARNINGS) {
                        state.backupFailed(clock.instant(), failure.fact());
                    }
                });
        if (config.namesDirectory(request.store().place())) {
            places().keepInMind(request.store());
        }
        return published;
    }

    @Override
    public RestoreRun.Swapped restore(RestoreRequest request, OperationEvents events) {
        return restore(request, events, RestoreRun.Swapped.class, RestoreRun.Swapped::warnings);
    }

    @Override
    public CriticalRun.Committed restoreTables(RestoreRequest request, OperationEvents events) {
        return restore(request, events, CriticalRun.Committed.class, CriticalRun.Committed::warnings);
    }

    private <T> T restore(
            RestoreRequest request, OperationEvents events, Class<T> outcome, Function<T, List<String>> warnings) {
        keepSecret(request.target());
        Operation operation = begin("restore", request.words(), request.arguments(), events);
        return measured.around(
                request.store(),
                () -> ReadStore.databaseOf(request.store(), request.id()),
                events,
                () -> through(
                        "direct:backup-restore",
                        operation,
                        new RestoreRun.Requested(operation, request),
                        outcome,
                        restored -> Verdict.good(
                                request.type().text() + " restore of " + request.id(), warnings.apply(restored))),
                (state, restored, seconds) -> state.restored(clock.instant(), seconds),
                (state, failure) -> {});
    }

    @Override
    public UndoRestore.Kept undoable(DatabaseUrl target) {
        try (Operation operation = begin("undo", "", List.of(), event -> {})) {
            return UndoRestore.newest(operation, target);
        }
    }

    @Override
    public UndoRestore.Undone undo(DatabaseUrl target, UndoRestore.Kept kept, OperationEvents events) {
        keepSecret(target);
        Operation operation = begin(
                "undo",
                "undo of the restore of " + target,
                List.of("backup", "restore", "--undo", "--target-database-url", target.connectionString()),
                events);
        return through(
                "direct:restore-undo",
                operation,
                new UndoRestore.Requested(operation, target, kept, config.time(ConfigKey.STALL_TIMEOUT)),
                UndoRestore.Undone.class,
                undone -> Verdict.good(undone.cameBack() + " is " + undone.database()));
    }

    private <T> T through(
            String endpoint, Operation operation, Object request, Class<T> outcome, Function<T, Verdict> judge) {
        // Camel starts, and the tools are looked for, while the journal is written.
        Function<Function<Routes, T>, T> routes = entered(endpoint, operation.events());
        Early.begin("search-tools", tools::all);
        return journal.around(
                operation.id(),
                operation.id().verb(),
                operation.request(),
                operation.events(),
                () -> through(routes, endpoint, operation, request, outcome),
                judge);
    }

    /** By the routes that serve, or by those of a command, which begin to start now. */
    private <T> Function<Function<Routes, T>, T> entered(String endpoint, OperationEvents events) {
        ServedRoutes serving = shared;
        if (serving != null) {
            return serving::through;
        }
        Supplier<Routes> starting = new Early<>("start-routes", () -> routes(endpoint, events));
        return work -> work.apply(starting.get());
    }

    private <T> T through(
            Function<Function<Routes, T>, T> routes,
            String endpoint,
            Operation operation,
            Object request,
            Class<T> outcome) {
        try {
            // The routes are not stopped: they end with the process, a moment later.
            return during(
                    operation,
                    () -> routes.apply(serving -> serving.operations().run(endpoint, operation, request, outcome)));
        } catch (RuntimeException e) {
            throw withoutSecrets(e);
        }
    }

    /** A signal ends it. */
    private <T> T during(Operation operation, Supplier<T> work) {
        running.add(operation);
        try {
            if (ending.get()) {
                operation.cancel();
            }
            return work.get();
        } finally {
            running.remove(operation);
        }
    }

    /** What a step of the user's says when it fails may hold an address of his. */
    private RuntimeException withoutSecrets(RuntimeException e) {
        AfException known = AfException.in(e);
        String said = known == null ? String.valueOf(e.getMessage()) : known.fact();
        String masked = redaction.of(said);
        if (masked.equals(said)) {
            return e;
        }
        return known == null
                ? new IllegalStateException(masked)
                : new AfException(known.exitCode(), masked, redaction.of(known.hint()));
    }

    private Routes routes(String endpoint, OperationEvents events) {
        RouteTexts needed = sources.neededFrom(endpoint);
        return Routes.start(contexts.get(), needed, endpoint, beans(events), sources.placeholders(false));
    }

    private Map<String, Object> beans(OperationEvents events) {
        return RouteBeans.of(
                programs, tools, clock, random, deadLetters(), decryption(), config.signatures(), places(), events);
    }

    private Decryption decryption() {
        return new Decryption(
                new GivenIdentities(config, programs), config.stagingDirectory().resolve("decrypted"));
    }

    private VerifyBackup verifying(OperationEvents events) {
        return new VerifyBackup(new ArchiveCheck(programs, tools), decryption(), config.signatures(), events);
    }

    private DeadLetters deadLetters() {
        return new DeadLetters(
                Path.of(config.text(ConfigKey.DEAD_LETTERS)), clock, redaction, announcements::deadLetter);
    }

    private void keepSecret(DatabaseUrl url) {
        Secret password = url.password();
        if (password != null) {
            redaction.learn(password);
        }
    }

    private Operation begin(String verb, String request, List<String> replay, OperationEvents events) {
        OperationId id = OperationId.startedAt(clock.instant(), verb, random);
        return new Operation(
                id,
                clock.instant(),
                wish.isEmpty() || request.isEmpty() ? request : request + ", for request " + wish,
                replay,
                announcements.announcer().listening(id, events));
    }

    /** Verifying only reads a directory: the same class as in the route, without the time that Camel takes to start. */
    @Override
    public VerifyReport verify(BackupStore store, BackupId id, VerifyExtent extent, OperationEvents events) {
        try (Operation operation = begin(
                "verify",
                "verification of " + id + " in " + store.name(),
                List.of("backup", "verify", id.text(), store.address()),
                events)) {
            VerifyBackup verify = verifying(operation.events());
            return measured.around(
                    store,
                    () -> ReadStore.databaseOf(store, id),
                    events,
                    () -> journal.around(
                            operation.id(),
                            "verify",
                            operation.request(),
                            operation.events(),
                            () -> new VerifyPublished(verify, new RecordEvidence(clock))
                                    .verify(new VerifyPublished.Requested(operation, store, id, extent)),
                            Verdict::of),
                    (state, report, seconds) -> {
                        // A glance that finds nothing says nothing of what was not read.
                        if (extent.whole() || !report.success()) {
                            state.verified(
                                    clock.instant(),
                                    id.text(),
                                    report.success()
                                            ? null
                                            : report.problems().get(0).problem());
                        }
                    },
                    (state, failure) -> {});
        }
    }

    /** A copy only moves files: without the time that Camel takes to start, and also when the routes are broken. */
    @Override
    public CopiedBackup copy(BackupStore from, BackupId id, BackupStore to, OperationEvents events) {
        try (Operation operation = begin(
                "copy",
                "copy of " + id + " from " + from.name() + " to " + to.name(),
                List.of("backup", "copy", id.text(), "--from", from.address(), "--to", to.address()),
                events)) {
            CopyBackup copy = new CopyBackup(verifying(operation.events()), new RecordEvidence(clock), places());
            return journal.around(
                    operation.id(),
                    "copy",
                    operation.request(),
                    operation.events(),
                    () -> during(operation, () -> copy.copy(new CopyBackup.Requested(operation, from, to, id))),
                    copied -> Verdict.good(id + " is in " + to.name(), copied.warnings()));
        }
    }

    @Override
    public List<LeftBehind> follow(BackupRequest request, BackupId id, OperationEvents events) {
        return new FollowNow(this, Followers.persistence(config), announcements.announcer(), journal.who())
                .follow(request, id, events);
    }

    @Override
    public RestorePlan preview(RestoreRequest request, OperationEvents events) {
        try (Operation operation = begin("plan", "", List.of(), events)) {
            return during(operation, () -> plan(operation, request, events));
        }
    }

    private RestorePlan plan(Operation operation, RestoreRequest request, OperationEvents events) {
        VerifyBackup verify = verifying(events);
        if (request.type() == RestoreType.CRITICAL) {
            return new OpenTables(new FetchTables(programs, tools, verify)).preview(operation, request);
        }
        return new PlanRestore(tools, verify).preview(operation, request, manifest(request));
    }

    /** As it is in the store; what is wrong with its files, a plan says. */
    private Manifest manifest(RestoreRequest request) {
        CheckSignature signature = signature().asOfNow();
        return signature.required()
                ? ManifestJson.read(
                        signature.require(request.store(), request.id()).json())
                : new BackupCatalog(request.store()).manifest(request.id());
    }

    @Override
    public void looked(String verb, String request, OperationEvents events) {
        journal.looked(OperationId.startedAt(clock.instant(), verb, random), request, events);
    }

    @Override
    public void refused(String verb, String request, AfException why, OperationEvents events) {
        journal.refused(OperationId.startedAt(clock.instant(), verb, random), request, why, events);
    }

    @Override
    public AuditReport verifyAudits(DatabaseUrl url, @Nullable UUID tenant, boolean acceptContent) {
        return journal.around(
                OperationId.startedAt(clock.instant(), "audit", random),
                "audit",
                "check of the audit chains of " + (tenant == null ? "all tenants" : "tenant " + tenant) + " in " + url,
                event -> {},
                () -> chains(url, tenant),
                report -> Verdict.of(report, acceptContent));
    }

    private AuditReport chains(DatabaseUrl url, @Nullable UUID tenant) {
        try (Operation operation = begin("audit", "", List.of(), event -> {})) {
            return during(operation, () -> AuditCheck.of(operation, url, config.time(ConfigKey.STALL_TIMEOUT), tenant));
        }
    }

    @Override
    public DropPrevious.Previous previous(DatabaseUrl target, @Nullable DatabaseName named) {
        try (Operation operation = begin("drop", "", List.of(), event -> {})) {
            return new DropPrevious().find(operation, target, named);
        }
    }

    @Override
    public void drop(DatabaseUrl target, DropPrevious.Previous previous) {
        try (Operation operation = begin("drop", "", List.of(), event -> {})) {
            journal.around(
                    operation.id(),
                    "drop",
                    "drop of " + previous.name() + " at " + target.address(),
                    operation.events(),
                    () -> during(operation, () -> {
                        new DropPrevious().drop(operation, target, previous);
                        return previous;
                    }),
                    dropped -> Verdict.good(dropped.name() + " is dropped"));
        }
    }

    @Override
    public <T> T journaled(String verb, String request, OperationEvents events, Supplier<T> work) {
        return journal.around(
                OperationId.startedAt(clock.instant(), verb, random),
                verb,
                request,
                events,
                work,
                done -> Verdict.good(""));
    }

    @Override
    public RetentionPlan planRetention(
            BackupStore store,
            @Nullable String only,
            Function<String, RetentionPolicy> policies,
            Function<String, SpareForFollowers.Family> families) {
        // What lies on another disk, or beneath a mount point, is not what the plan is for.
        places().require(store);
        return expiry(store).plan(only, policies, new SpareForFollowers(store, families, signature(), places()));
    }

    @Override
    public CompareStores comparing(BackupStore primary, Follower follower) {
        return new CompareStores(primary, follower, signature(), places());
    }

    private CheckSignature signature() {
        return new CheckSignature(config.signatures());
    }

    @Override
    public Optional<String> stranger(BackupStore store) {
        try {
            return places().stranger(store).map(AfException::fact);
        } catch (OperationFailed e) {
            return Optional.of(e.fact());
        }
    }

    private KnownStores places() {
        return new KnownStores(config.stateDirectory());
    }

    @Override
    public Expired expire(BackupStore store, RetentionPlan plan, OperationEvents events) {
        return expiry(store).apply(plan, events);
    }

    private Expiry expiry(BackupStore store) {
        return new Expiry(store, signature(), config.stateDirectory(), clock, this);
    }

    @Override
    public List<RouteFile> routes() {
        return RouteFile.of(sources.texts());
    }

    @Override
    public List<Finding> checkRoutes() {
        RouteTexts texts = sources.texts();
        Map<String, Object> beans = beans(event -> {});
        ScheduledWork work = new Service(this, List.of(), clock, line -> {}, late -> {}).work();
        beans.put("scheduledWork", work);
        beans.putAll(requests(List.of(), work, line -> {}).beans());
        return new CheckRoutes(() -> Routes.check(texts, beans, sources.placeholders(true))).check(texts);
    }

    private Requests requests(List<Served> served, ScheduledWork work, Consumer<String> say) {
        return new Requests(
                config, served, this, work, (arrival, what, why) -> refused(arrival, what, why, say), clock, say);
    }

    @Override
    public List<String> problemsOfRequests(Set<String> databases) {
        return Requests.problems(config, databases);
    }

    @Override
    public List<String> problemsOfRoutes() {
        try {
            sources.texts();
            return List.of();
        } catch (AfException e) {
            return List.of(e.fact());
        }
    }

    @Override
    public void serve(List<Served> served, @Nullable DatabaseUrl cluster, Consumer<String> log) {
        // A broker's client may repeat the address that it was given.
        Consumer<String> say = line -> log.accept(redaction.of(line));
        Service serving = new Service(this, served, clock, say, this::overdue);
        Meters meters = serving.meters();
        DeadLetterFolder letters = new DeadLetterFolder(Path.of(config.text(ConfigKey.DEAD_LETTERS)));
        meters.deadLetters(() -> letters.ids().size());
        meters.journal(journal::records);
        announcements.outboxes().forEach(outbox -> meters.dropped(outbox.recipient(), outbox::dropped));
        announcements.start(say);
        ScheduleDatabase schedules = cluster == null ? null : new ScheduleDatabase(cluster, config);
        if (schedules != null) {
            schedules.prepare(served);
            schedules.watch(say);
        }
        EarlierBackups earlier = new EarlierBackups(serving.byBackup(redaction::of));
        earlier.killed(journal.sweep(warnings(say)), state -> meters.counted(state, "failed"));
        Followers followers = new Followers(this, served, config, announcements.announcer(), journal.who(), clock, say);
        serving.followedBy(followers);
        earlier.recall(config.stateDirectory(), config.time(ConfigKey.JITTER).plus(A_FIRE_TIME), say);
        Requests asked = requests(served, serving.work(), say);
        if (Requests.wanted(config)) {
            asked.resume();
        }
        meters.refused(asked::refused);
        requests = asked;
        service = serving;
        measured.servedBy(serving);
        serving.run(served, config, () -> others(asked, schedules), () -> {
            ServedRoutes routes = new ServedRoutes(
                    sources::texts,
                    texts -> Routes.check(texts, servedBeans(serving, asked), sources.placeholders(true)),
                    (texts, gap) -> started(texts, gap, serving, asked, served, schedules),
                    clock,
                    say);
            shared = routes;
            asked.start(routes);
            routes.begin();
            return routes;
        });
    }

    private List<Health.Check> others(Requests asked, @Nullable ScheduleDatabase schedules) {
        List<Health.Check> others = new ArrayList<>(asked.checks());
        others.add(journal.check());
        if (schedules != null) {
            others.add(schedules.check());
        }
        return others;
    }

    /** A message that is not worked on: one record in the journal, one event, one dead letter. */
    private void refused(Arrival arrival, String what, RequestRefused why, Consumer<String> say) {
        OperationRequest claimed = why.claimed();
        String key = claimed != null && why.authentic() ? claimed.keyId() : null;
        try (Operation operation = begin("request", what, List.of(), warnings(say))) {
            deadLetters().report(operation, why);
            journal.by(journal.who().asked(arrival.words(), key))
                    .refused(operation.id(), what, why, operation.events());
        }
    }

    private static OperationEvents warnings(Consumer<String> say) {
        return event -> {
            if (event instanceof OperationEvent.Warned warned) {
                say.accept(warned.text());
            }
        };
    }

    private Map<String, Object> servedBeans(Service serving, Requests asked) {
        Map<String, Object> beans = beans(event -> {});
        beans.put("scheduledWork", serving.work());
        beans.putAll(asked.beans());
        return beans;
    }

    private Routes started(
            RouteTexts texts,
            @Nullable Duration gap,
            Service serving,
            Requests asked,
            List<Served> served,
            @Nullable ScheduleDatabase schedules) {
        Map<String, Object> beans = servedBeans(serving, asked);
        QuartzComponent quartz = schedules == null ? new QuartzComponent() : schedules.component();
        Map<String, String> crons =
                ScheduleDatabase.crons(served.stream().map(Served::database).toList());
        MissedFireTimes.threads(quartz, crons.size());
        // A schedule that is due at once must not fire before all is there: ServedRoutes.begin.
        quartz.setAutoStartScheduler(false);
        // Nothing runs any more when it is shut down. To wait for its threads all the same would be to wait for ever
        // while
        // the database of the schedules is away: they write there what has ended, again and again.
        quartz.setInterruptJobsOnShutdown(true);
        beans.put("quartz", quartz);
        Routes routes = Routes.serve(texts, beans, sources.placeholders(true));
        try {
            if (schedules != null) {
                // Other services may have schedules of this one's past.
                schedules.forget(routes.scheduler(), crons);
            }
            new MissedFireTimes(serving.work()::missed).listenTo(routes.scheduler());
            serving.schedule(routes, served, gap);
            return routes;
        } catch (RuntimeException e) {
            // Half of them would go on beside those that take their place.
            routes.close();
            throw e;
        }
    }

    private void overdue(DatabaseState state) {
        Duration allowed = state.rpo();
        if (allowed != null) {
            announcements
                    .announcer()
                    .overdue(state.name(), state.store(), journal.who(), state.newestBackup(), allowed);
        }
    }

    /** Waits a little for those who are still to be told something; who is slower than that is not told. */
    void tell() {
        announcements.flush(TELL_LIMIT);
    }

    /** Ends what runs, and every child; a service ends by waiting for it first. For the shutdown hook. */
    @Override
    public void close() {
        Service serving = service;
        if (serving != null) {
            serving.drain(config.time(ConfigKey.DRAIN_TIMEOUT));
        }
        ending.set(true);
        running.forEach(Operation::cancel);
        programs.close();
        if (serving != null) {
            serving.drain(CANCEL_LIMIT);
            serving.awaitFollowers(CANCEL_LIMIT);
            Requests asked = requests;
            if (asked != null) {
                asked.close();
            }
            serving.ended();
        }
    }
}
