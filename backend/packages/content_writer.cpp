#include "backend/packages/content_writer.h"

#include "backend/packages/attribute_reader.h"

namespace slipway::packages
{

Result<void> ContentWriter::begin(const std::string &path, const std::string &fact, bool executable)
{
    m_fact = lowerCase(fact);
    m_facts.files.insert(m_fact);
    m_head.clear();
    m_executable = executable;
    if (m_root.empty())
        return {};
    return m_out.open(m_root / std::filesystem::path(std::u8string(path.begin(), path.end())));
}

Result<void> ContentWriter::data(std::string_view bytes)
{
    if (m_head.size() < kHeadSize)
        m_head += bytes.substr(0, kHeadSize - m_head.size());
    return m_root.empty() ? Result<void>{} : m_out.write(bytes);
}

Result<void> ContentWriter::end()
{
    if (m_head.substr(0, 3) == "\xef\xbb\xbf" || m_head.substr(0, 2) == "\xff\xfe")
        m_facts.files_with_bom.insert(m_fact);
    // Archives made on Windows know no execute bit; programs of this machine need one.
    const bool program = m_head == "\x7f"
                                   "ELF" ||
                         m_head.substr(0, 2) == "#!";
    return m_root.empty() ? Result<void>{} : m_out.close(m_executable || program);
}

} // namespace slipway::packages
