#include "backend/host/sandbox_document.h"

#include "backend/sys/text.h"

namespace slipway::host
{

namespace
{

constexpr std::size_t kShownBytesMax = 200;

bool canCross(const std::string &text)
{
    return text.find('\0') == std::string::npos && sys::toUtf8(text) == text;
}

std::vector<std::string> textsOf(const SandboxSpec &spec)
{
    std::vector<std::string> texts = spec.arguments;
    texts.insert(texts.end(), {spec.id, spec.host_name, spec.cgroup, spec.root.string()});
    for (const auto &[name, value] : spec.environment)
        texts.insert(texts.end(), {name, value});
    for (const BindMount &bind : spec.binds)
        texts.insert(texts.end(), {bind.source.string(), bind.target});
    return texts;
}

} // namespace

Result<std::string> sandboxDocument(const SandboxSpec &spec)
{
    for (const std::string &text : textsOf(spec))
        if (!canCross(text))
            return failure(v1::Error::INVALID_ARGUMENT, "SANDBOX_VALUE_REFUSED",
                           "\"" + sys::visible(text, kShownBytesMax) +
                               "\" cannot be written into a sandbox's configuration: it holds a "
                               "NUL or bytes that are no UTF-8. Rename the folder or setting.");
    return sandboxConfig(spec);
}

} // namespace slipway::host
