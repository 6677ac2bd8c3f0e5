#include "backend/fabric/startup.h"

#include "backend/core/references.h"
#include "backend/fabric/data_folder.h"
#include "backend/fabric/machine.h"
#include "backend/fabric/snapshots.h"
#include "backend/store/snapshot.h"
#include "backend/sys/clock.h"
#include "backend/sys/place_trust.h"
#include "backend/sys/random.h"

#include <algorithm>
#include <array>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <cstdlib>
#include <string_view>

namespace slipway::fabric
{

namespace fs = std::filesystem;

namespace
{

// Below 127.100, where peers have their addresses when instances run without isolation.
constexpr unsigned kSecondByteFirst = 64;
constexpr unsigned kSecondByteCount = 36;
constexpr int kPrefixTries = 64;
constexpr std::uint32_t kHostsDefault = 6;
constexpr std::uint32_t kFaultDomainsDefault = 2;

bool canBind(asio::io_context &io, const std::string &address, std::uint16_t port)
{
    std::error_code error;
    asio::ip::tcp::acceptor acceptor(io);
    const asio::ip::tcp::endpoint endpoint(asio::ip::make_address(address), port);
    acceptor.open(endpoint.protocol(), error);
    acceptor.bind(endpoint, error);
    return !error || error == std::errc::permission_denied; // ports below 1024: cannot tell
}

bool looksFree(asio::io_context &io, const std::string &prefix)
{
    static constexpr std::array<std::uint16_t, 5> kLikelyPorts = {0, 80, 443, 8080, 20000};
    for (const char *last : {".1", ".2"})
        for (const std::uint16_t port : kLikelyPorts)
            if (!canBind(io, prefix + last, port))
                return false;
    return true;
}

std::string randomPrefix()
{
    const unsigned long random = std::strtoul(sys::randomHex(6).c_str(), nullptr, 16);
    return "127." + std::to_string(kSecondByteFirst + (random >> 8) % kSecondByteCount) + "." +
           std::to_string(random & 255);
}

// Making a folder private must not take it away from others: the folder of a socket may have been
// chosen carelessly ("/tmp/x.sock", "/run/x.sock").
Result<void> checkRuntimeFolder(const fs::path &folder)
{
    std::error_code error;
    const fs::file_status status = fs::status(folder, error);
    if (error || !fs::exists(status))
        return {};
    // To be walked through is no harm: hosts open that way for instances with users of their own.
    constexpr auto kOpen = fs::perms::group_read | fs::perms::group_write | fs::perms::others_read |
                           fs::perms::others_write;
    const bool open_to_others = (status.permissions() & kOpen) != fs::perms::none;
    if (!open_to_others || fs::is_empty(folder, error))
        return {};
    return failure(v1::Error::INVALID_ARGUMENT, "RUNTIME_FOLDER_SHARED",
                   folder.string() +
                       " is used by others too. Give the fabric's socket a folder that only you "
                       "can write, with --socket, for example one in your home.",
                   folder.string());
}

// HAProxy's configuration names files of this folder inside of expressions, where these characters
// end a name or mean something and cannot be escaped.
Result<void> checkCharacters(const fs::path &folder)
{
    const std::string text = folder.string();
    const auto unusable = [](unsigned char letter) {
        return letter < ' ' || letter == 0x7F ||
               std::string_view("\"'(),$%[]{}#\\").find(char(letter)) != std::string_view::npos;
    };
    const auto found = std::find_if(text.begin(), text.end(), unusable);
    if (found == text.end())
        return {};
    return failure(v1::Error::INVALID_ARGUMENT, "SOCKET_FOLDER_UNUSABLE",
                   "The folder " + text +
                       " cannot hold a fabric's socket: the load balancer's "
                       "configuration cannot name a file with " +
                       (static_cast<unsigned char>(*found) > ' '
                            ? "\"" + std::string(1, *found) + "\""
                            : std::string("such a character")) +
                       " in its path. Use --socket with another folder.",
                   text);
}

Result<void> checkSockets(const FabricOptions &options)
{
    if (const auto checked = checkCharacters(options.paths.runtime); !checked)
        return checked;
    for (const fs::path &socket :
         {options.socket, options.paths.hostsSocket(), options.paths.edgeSocket()})
        if (const auto checked = sys::checkSocketPath(socket); !checked)
            return checked;
    return {};
}

// Those that the locks lie in.
Result<void> makeRoots(const sys::Paths &paths)
{
    if (const auto checked = checkRuntimeFolder(paths.runtime); !checked)
        return checked;
    for (const fs::path &folder : {paths.data, paths.runtime}) {
        if (const auto trusted = sys::checkFolderTrust(folder); !trusted)
            return trusted;
        if (const auto made = sys::makePrivateFolder(folder); !made)
            return made;
    }
    return {};
}

Result<void> makeFolders(const sys::Paths &paths)
{
    for (const fs::path &folder : {paths.packages(), paths.uploads(), paths.disks(), paths.logs()})
        if (const auto made = sys::makePrivateFolder(folder); !made)
            return made;
    return {};
}

v1::Settings firstSettings(const FabricOptions &options)
{
    v1::Settings settings = core::defaultSettings(sys::randomHex(8), chooseAddressPrefix());
    settings.set_host_count(options.hosts ? options.hosts : kHostsDefault);
    settings.set_fault_domain_count(options.fault_domains ? options.fault_domains
                                                          : kFaultDomainsDefault);
    settings.set_accept_no_isolation(options.accept_no_isolation);
    settings.set_fault_domain_count(std::min(settings.fault_domain_count(), settings.host_count()));
    return settings;
}

v1::Settings changedSettings(const v1::Settings &stored, const FabricOptions &options)
{
    v1::Settings settings = core::withDefaults(stored);
    if (options.hosts)
        settings.set_host_count(options.hosts);
    if (options.fault_domains)
        settings.set_fault_domain_count(options.fault_domains);
    if (options.accept_no_isolation)
        settings.set_accept_no_isolation(true);
    settings.set_fault_domain_count(std::min(settings.fault_domain_count(), settings.host_count()));
    return settings;
}

// What the operator gave on the command line, and what a first start chose, is stored like any
// other change.
Result<void> settle(OpenedData &opened, v1::Settings settings)
{
    if (settings.SerializeAsString() == opened.state.settings.SerializeAsString())
        return {};
    v1::Change change;
    change.set_revision(opened.state.revision + 1);
    settings.set_revision(change.revision());
    *change.mutable_settings() = std::move(settings);
    if (const auto written = opened.store->commit({change}); !written)
        return written;
    core::restore(opened.state, change);
    return {};
}

Result<void> lock(OpenedData &opened, const sys::Paths &paths)
{
    auto data = sys::FileLock::take(paths.lockFile());
    if (!data)
        return Failure(data.error());
    auto runtime = sys::FileLock::take(paths.runtime / kRuntimeLock);
    if (!runtime)
        return Failure(runtime.error());
    opened.data_lock = std::move(*data);
    opened.runtime_lock = std::move(*runtime);
    return {};
}

// Refused is refused: nothing was changed. Only then the folders that are missing are made.
Result<void> prepareFolder(const FabricOptions &options)
{
    if (auto there = checkStoreIsThere(options.paths, options.first_start); !there)
        return there;
    if (options.first_start)
        if (const auto aside = setStoreAside(options.paths, "aside", Mark::Goes); !aside)
            return Failure(aside.error());
    return makeFolders(options.paths);
}

// A schema that is new may be one that should not have been.
Result<void> keepBeforeStep(const sys::Paths &paths, int version)
{
    const auto file = newSnapshotFile(paths, "before-schema-" + std::to_string(version),
                                      sys::SystemClock().wallMs());
    if (!file)
        return Failure(file.error());
    if (std::error_code error; fs::exists(*file, error))
        return {}; // of the same second
    const auto copied = store::copyStore(paths.storeFile(), *file);
    return copied ? Result<void>() : Failure(copied.error());
}

Failure withSnapshot(v1::Error error, const sys::Paths &paths)
{
    const auto snapshot = newestSnapshot(paths);
    if (error.reason() == "STORE_DAMAGED" && snapshot)
        error.set_message(error.message() + " The newest snapshot is " + snapshot->string() + ".");
    return Failure(error);
}

Result<void> expectWhole(const sys::Paths &paths, const core::State &state)
{
    const auto broken = core::brokenReferences(state);
    if (broken.empty())
        return {};
    const auto error = makeError(
        v1::Error::FAILED_PRECONDITION, "STORE_DAMAGED",
        "The store " + paths.storeFile().string() + " is damaged: " + broken.front() +
            ". Nothing in it was changed. \"slipwayctl fabric check --data " + paths.data.string() +
            "\" says more; put a snapshot back with \"slipwayctl fabric restore "
            "FILE\", or move it away and begin anew with --first-start.",
        paths.storeFile().string());
    return withSnapshot(error, paths);
}

Result<void> openStore(OpenedData &opened, const FabricOptions &options)
{
    auto store = store::Store::open(options.paths.storeFile(), [&options](int version) {
        return keepBeforeStep(options.paths, version);
    });
    if (!store)
        return withSnapshot(store.error(), options.paths);
    opened.store = std::move(*store);
    const auto loaded = opened.store->load();
    if (!loaded)
        return withSnapshot(loaded.error(), options.paths);
    opened.state = stateFrom(*loaded);
    if (auto whole = expectWhole(options.paths, opened.state); !whole)
        return whole;
    if (options.first_start)
        return {};
    return checkFabricId(options.paths, opened.state.settings.fabric_id());
}

} // namespace

std::string chooseAddressPrefix()
{
    asio::io_context io;
    std::string prefix = randomPrefix();
    for (int i = 0; i < kPrefixTries && !looksFree(io, prefix); ++i)
        prefix = randomPrefix();
    return prefix;
}

Result<OpenedData> openData(const FabricOptions &options)
{
    OpenedData opened;
    if (const auto checked = checkSockets(options); !checked)
        return Failure(checked.error());
    if (const auto made = makeRoots(options.paths); !made)
        return Failure(made.error());
    if (const auto locked = lock(opened, options.paths); !locked)
        return Failure(locked.error());
    if (const auto fits = prepareFolder(options); !fits)
        return Failure(fits.error());
    if (const auto opened_store = openStore(opened, options); !opened_store)
        return Failure(opened_store.error());
    const bool first = opened.state.settings.fabric_id().empty();
    opened.how = first ? "first start" : "restart";
    const auto settled = settle(opened, first ? firstSettings(options)
                                              : changedSettings(opened.state.settings, options));
    if (!settled)
        return Failure(settled.error());
    if (const auto marked = markFabricId(options.paths, opened.state.settings.fabric_id()); !marked)
        return Failure(marked.error());
    return opened;
}

void removeRuntimeFiles(const sys::Paths &paths, const fs::path &socket)
{
    std::error_code ignored;
    for (const fs::path &file :
         {paths.hostsSocket(), paths.edgeSocket(), socket, paths.runtime / kRuntimeLock})
        fs::remove(file, ignored);
    fs::remove_all(paths.edgeFolder(), ignored);
    fs::remove_all(paths.runtime / "mesh", ignored);
    for (const auto &entry : fs::directory_iterator(paths.runtime, ignored))
        if (entry.path().filename().string().starts_with("host-"))
            fs::remove_all(entry.path(), ignored);
    fs::remove(paths.runtime, ignored); // only when nothing is left in it
}

} // namespace slipway::fabric
