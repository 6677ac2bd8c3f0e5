#include "backend/packages/manifest.h"

#include "backend/packages/attribute_reader.h"
#include "backend/packages/entry_path.h"

#include <algorithm>
#include <cctype>

namespace slipway::packages
{

static constexpr XmlLimits kManifestLimits{64u << 20, 16, 400'000};

static Failure mismatch(const std::string &manifest, const std::string &what)
{
    return failure(v1::Error::INVALID_ARGUMENT, "MANIFEST_MISMATCH",
                   what + " (" + manifest +
                       "). The package is damaged or was changed after it was made; make it again.",
                   manifest);
}

static Result<std::string> itemPath(pugi::xml_node item)
{
    std::string name = decodePercent(AttributeReader::text(item, "uri"));
    if (name.empty())
        name = AttributeReader::text(item, "name");
    const auto start = name.find_first_not_of("/\\");
    return safePath(start == std::string::npos ? std::string_view{}
                                               : std::string_view(name).substr(start));
}

static Result<void> verifyItem(pugi::xml_node item, const std::string &manifest,
                               const PartHashes &parts)
{
    const auto path = itemPath(item);
    if (!path)
        return Failure(path.error());
    const auto part = parts.find(*path);
    if (part == parts.end())
        return mismatch(manifest, "The part " + *path + " is missing");
    if (!equalsIgnoringCase(AttributeReader::text(item, "hash"), part->second))
        return mismatch(manifest, "The part " + *path + " is not what the manifest says");
    return {};
}

Result<void> verifyManifest(std::string_view bytes, const std::string &name,
                            const PartHashes &parts)
{
    const XmlDocument document(bytes, name, kManifestLimits);
    if (!document.wellFormed())
        return Failure(problemsError("MANIFEST_MISMATCH", name, document.problems()));
    const auto contents = childNamed(document.root(), "Contents");
    const std::string type = AttributeReader::text(contents, "hashtype");
    if (!type.empty() && type != "1")
        return mismatch(name, "The manifest uses the unknown hash type " + type);
    for (const auto item : childrenNamed(contents, "Item"))
        if (auto fine = verifyItem(item, name, parts); !fine)
            return fine;
    return {};
}

std::string xmlEscaped(std::string_view text)
{
    std::string escaped;
    for (const char letter : text) {
        switch (letter) {
        case '&':
            escaped += "&amp;";
            break;
        case '<':
            escaped += "&lt;";
            break;
        case '>':
            escaped += "&gt;";
            break;
        case '"':
            escaped += "&quot;";
            break;
        default:
            escaped += letter;
        }
    }
    return escaped;
}

std::string manifestText(const std::vector<ManifestItem> &items)
{
    std::string text =
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<PackageManifest version=\"2\">\n"
        "  <Encryption keytype=\"1\" />\n  <Contents hashtype=\"1\">\n";
    for (const ManifestItem &item : items) {
        std::string name = item.path.find('/') == std::string::npos ? item.path : "\\" + item.path;
        std::replace(name.begin(), name.end(), '/', '\\');
        std::string hash = item.hash;
        std::transform(hash.begin(), hash.end(), hash.begin(),
                       [](unsigned char digit) { return static_cast<char>(std::toupper(digit)); });
        text += "    <Item name=\"" + xmlEscaped(name) + "\" hash=\"" + hash + "\" uri=\"/" +
                xmlEscaped(encodePercent(item.path)) + "\" />\n";
    }
    return text + "  </Contents>\n</PackageManifest>\n";
}

} // namespace slipway::packages
