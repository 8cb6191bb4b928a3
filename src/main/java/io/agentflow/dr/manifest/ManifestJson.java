package io.agentflow.dr.manifest;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import io.agentflow.dr.core.BackupId;
import io.agentflow.dr.core.BackupPath;
import io.agentflow.dr.core.Sha256;
import io.agentflow.dr.postgres.Relation;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Objects;
import java.util.function.Function;

/** Writes and reads manifests. Reading trusts nothing: unknown or doubled fields, depth and length are refused. */
public final class ManifestJson {
    private static final ObjectMapper MAPPER = mapper();

    private ManifestJson() {}

    private static ObjectMapper mapper() {
        SimpleModule words = new SimpleModule();
        word(words, BackupId.class, BackupId::new);
        word(words, Sha256.class, Sha256::new);
        word(words, BackupPath.class, BackupPath::new);
        word(words, Instant.class, Instant::parse);
        word(words, ComponentKind.class, text -> constant(ComponentKind.class, text));
        word(words, Relation.Kind.class, text -> constant(Relation.Kind.class, text));
        // The mapper makes itself the codec of the factory that it gets.
        return JsonMapper.builder(ManifestSyntax.JSON.copy())
                .addModule(words)
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .annotationIntrospector(new JacksonAnnotationIntrospector() {
                    private static final long serialVersionUID = 1;

                    /** Every field must be there, but for those that say that older backups lack them. */
                    @Override
                    public Boolean hasRequiredMarker(AnnotatedMember member) {
                        Boolean said = super.hasRequiredMarker(member);
                        return said == null || said;
                    }
                })
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .build();
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String text) {
        return Enum.valueOf(type, text.toUpperCase(java.util.Locale.ROOT).replace('-', '_'));
    }

    private static <T> void word(SimpleModule module, Class<T> type, Function<String, T> parse) {
        module.addSerializer(type, new JsonSerializer<T>() {
            @Override
            public void serialize(T value, JsonGenerator generator, SerializerProvider provider) throws IOException {
                generator.writeString(
                        value instanceof Enum<?> e
                                ? e.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-')
                                : value.toString());
            }
        });
        module.addDeserializer(type, new JsonDeserializer<T>() {
            @Override
            public T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
                try {
                    return parse.apply(parser.getValueAsString(""));
                } catch (RuntimeException e) {
                    throw JsonMappingException.from(parser, e.getMessage(), e);
                }
            }
        });
    }

    /**
     * Makes what writes and reads manifests, which takes a fifth of a second the first time: to be called while there is
     * something else to wait for.
     */
    public static void prepare() {
        // The mapper keeps what it makes for them.
        Objects.requireNonNull(MAPPER.writerFor(Manifest.class));
        Objects.requireNonNull(MAPPER.readerFor(Manifest.class));
    }

    public static byte[] write(Manifest manifest) {
        try {
            DefaultPrettyPrinter printer = new DefaultPrettyPrinter()
                    .withObjectIndenter(new DefaultIndenter("  ", "\n"))
                    .withArrayIndenter(new DefaultIndenter("  ", "\n"));
            return MAPPER.writer(printer).writeValueAsBytes(manifest);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a manifest can always be written", e);
        }
    }

    /**
     * Reads a whole manifest.
     *
     * @throws ManifestDamagedException if it is not a manifest of a format that this version knows
     */
    public static Manifest read(InputStream json) {
        try {
            Manifest manifest = MAPPER.readValue(json, Manifest.class);
            if (manifest.formatVersion() != (manifest.encrypted() ? Manifest.ENCRYPTED_FORMAT : Manifest.FORMAT)) {
                throw ManifestDamagedException.foreignFormat(manifest.formatVersion());
            }
            return manifest;
        } catch (UnrecognizedPropertyException e) {
            throw ManifestDamagedException.foreignField(e.getPropertyName(), e);
        } catch (JsonProcessingException e) {
            throw new ManifestDamagedException("the manifest cannot be read: " + said(e), e);
        } catch (IOException e) {
            throw new ManifestDamagedException("the manifest cannot be read: " + e.getMessage(), e);
        }
    }

    /** What a record says of its own fields, without the words of the parser around it. */
    private static String said(JsonProcessingException e) {
        return e instanceof ValueInstantiationException && e.getCause() != null
                ? String.valueOf(e.getCause().getMessage())
                : e.getOriginalMessage();
    }
}
