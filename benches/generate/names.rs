//! Names and files of the functions of made profiles: some that every Go service has, then the service's own.

use super::{FIRST_HOT, FIRST_OWN};

/// Loops of servers, each from its bottom to its last frame: (name, file).
pub(super) const ROOTS: [&str; 22] = [
    "runtime.goexit",
    "net/http.(*conn).serve",
    "net/http.serverHandler.ServeHTTP",
    "net/http.(*ServeMux).ServeHTTP",
    "net/http.HandlerFunc.ServeHTTP",
    "github.com/acme/orders/internal/server.(*Server).withTracing.func1",
    "runtime.goexit",
    "google.golang.org/grpc.(*Server).serveStreams.func2.1",
    "google.golang.org/grpc.(*Server).handleStream",
    "google.golang.org/grpc.(*Server).processUnaryRPC",
    "github.com/acme/orders/internal/rpc._Orders_Place_Handler",
    "runtime.goexit",
    "github.com/twmb/franz-go/pkg/kgo.(*consumer).doOnRebalance",
    "github.com/acme/orders/internal/events.(*Consumer).Run",
    "github.com/acme/orders/internal/events.(*Consumer).handle",
    "runtime.goexit",
    "golang.org/x/sync/errgroup.(*Group).Go.func1",
    "github.com/acme/orders/internal/jobs.(*Pool).work",
    "runtime.goexit",
    "runtime.main",
    "main.main",
    "github.com/acme/orders/cmd/orders.run",
];

/// What is called again and again on the way down.
pub(super) const HOT: [&str; 32] = [
    "github.com/acme/orders/internal/middleware.Auth.func1",
    "github.com/acme/orders/internal/middleware.Log.func1",
    "github.com/acme/orders/internal/middleware.Recover.func1",
    "github.com/acme/orders/internal/middleware.(*Chain).Next",
    "encoding/json.(*encodeState).reflectValue",
    "encoding/json.structEncoder.encode",
    "encoding/json.ptrEncoder.encode",
    "encoding/json.mapEncoder.encode",
    "encoding/json.sliceEncoder.encode",
    "encoding/json.arrayEncoder.encode",
    "encoding/json.(*decodeState).value",
    "encoding/json.(*decodeState).object",
    "encoding/json.(*decodeState).array",
    "reflect.Value.call",
    "reflect.Value.Call",
    "reflect.Value.MethodByName",
    "text/template.(*state).walk",
    "text/template.(*state).walkRange.oneIteration",
    "text/template.(*state).walkRange",
    "text/template.(*state).evalPipeline",
    "text/template.(*state).evalCall",
    "html/template.(*Template).Execute",
    "database/sql.(*DB).retry",
    "database/sql.(*DB).QueryContext.func1",
    "database/sql.withLock",
    "go.opentelemetry.io/otel/sdk/trace.(*tracer).Start",
    "github.com/acme/orders/internal/tree.(*Node[go.shape.string,go.shape.*uint8]).Insert",
    "github.com/acme/orders/internal/tree.(*Node[go.shape.string,go.shape.*uint8]).split",
    "github.com/acme/orders/internal/tree.Walk[go.shape.struct { Key string; Value int64 }]",
    "sync.(*Once).doSlow",
    "sync.(*Pool).Get",
    "context.(*cancelCtx).propagateCancel",
];

const PACKAGES: [&str; 40] = [
    "github.com/acme/orders/internal/basket",
    "github.com/acme/orders/internal/billing",
    "github.com/acme/orders/internal/cache",
    "github.com/acme/orders/internal/catalog",
    "github.com/acme/orders/internal/config",
    "github.com/acme/orders/internal/currency",
    "github.com/acme/orders/internal/customer",
    "github.com/acme/orders/internal/delivery",
    "github.com/acme/orders/internal/discount",
    "github.com/acme/orders/internal/fraud",
    "github.com/acme/orders/internal/invoice",
    "github.com/acme/orders/internal/ledger",
    "github.com/acme/orders/internal/loyalty",
    "github.com/acme/orders/internal/metrics",
    "github.com/acme/orders/internal/notify",
    "github.com/acme/orders/internal/payment",
    "github.com/acme/orders/internal/pricing",
    "github.com/acme/orders/internal/queue",
    "github.com/acme/orders/internal/search",
    "github.com/acme/orders/internal/session",
    "github.com/acme/orders/internal/stock",
    "github.com/acme/orders/internal/storage/postgres",
    "github.com/acme/orders/internal/storage/redis",
    "github.com/acme/orders/internal/tax",
    "github.com/acme/orders/internal/warehouse",
    "github.com/acme/platform/v3/pkg/audit",
    "github.com/acme/platform/v3/pkg/feature",
    "github.com/acme/platform/v3/pkg/retry",
    "github.com/jackc/pgx/v5",
    "github.com/jackc/pgx/v5/pgtype",
    "github.com/prometheus/client_golang/prometheus",
    "github.com/redis/go-redis/v9/internal/pool",
    "go.uber.org/zap/zapcore",
    "google.golang.org/protobuf/internal/impl",
    "google.golang.org/protobuf/proto",
    "gopkg.in/yaml%2ev3",
    "bytes",
    "compress/flate",
    "crypto/tls",
    "strings",
];

const TYPES: [&str; 10] = [
    "Store", "Entry", "index", "Snapshot", "Batch", "encoder", "Cursor", "builder", "Window", "Record",
];

const METHODS: [&str; 8] = [
    "Get", "append", "load", "Merge", "grow", "Decode", "newNode", "copyFrom",
];

/// The name of a function; all differ.
pub(super) fn name_of(function: u64) -> String {
    if let Some(name) = known(function) {
        return name.to_string();
    }
    let own = (function - FIRST_OWN) as usize;
    let package = PACKAGES[own % PACKAGES.len()];
    let rest = own / PACKAGES.len();
    let (kind, rest) = (TYPES[rest % TYPES.len()], rest / TYPES.len());
    let (method, round) = (METHODS[rest % METHODS.len()], rest / METHODS.len());
    let round = if round == 0 { String::new() } else { round.to_string() };
    match own % 7 {
        0 => format!("{package}.{method}{kind}{round}"),
        1 => format!("{package}.(*{kind}).{method}{round}.func1"),
        2 => format!("{package}.{kind}.{method}{round}"),
        3 => format!("{package}.(*{kind}[go.shape.string,go.shape.int64]).{method}{round}"),
        _ => format!("{package}.(*{kind}).{method}{round}"),
    }
}

/// The file in which a function is.
pub(super) fn file_of(function: u64) -> String {
    let name = name_of(function);
    let after_slash = name.rfind('/').map_or(0, |slash| slash + 1);
    let generic = name.find('[').unwrap_or(name.len());
    let slash = name[..generic].rfind('/').map_or(0, |slash| slash + 1).min(after_slash);
    let dot = name[slash..].find('.').map_or(name.len(), |dot| slash + dot);
    let package = name[..dot].replace("%2e", ".");
    let file = match known(function) {
        Some(_) => package.rsplit('/').next().unwrap_or_default().to_string(),
        None => TYPES[(function - FIRST_OWN) as usize / PACKAGES.len() % TYPES.len()].to_lowercase(),
    };
    match package.split('/').next() {
        Some(host) if host.contains('.') => format!("/home/ci/go/pkg/mod/{package}/{file}.go"),
        _ => format!("/usr/local/go/src/{package}/{file}.go"),
    }
}

fn known(function: u64) -> Option<&'static str> {
    if function < FIRST_HOT {
        return ROOTS.get(function as usize).copied();
    }
    HOT.get((function - FIRST_HOT) as usize).copied()
}
