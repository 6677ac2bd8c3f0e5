// Shell completion, made from the grammar itself, so that it cannot lag behind it.
#include "app/ctl/commands.h"

namespace slipway::ctl
{

namespace
{

// What may follow a path of commands: "" is the program itself, " service list" a command.
struct Place {
    std::string path;
    std::string words;
};

void addOptionWords(const CLI::App &app, std::string &words)
{
    for (const CLI::Option *option : app.get_options()) {
        for (const std::string &name : option->get_lnames())
            words += (words.empty() ? "--" : " --") + name;
        for (const std::string &name : option->get_snames())
            words += (words.empty() ? "-" : " -") + name;
    }
}

void collect(const CLI::App &app, const std::string &path, std::vector<Place> &places)
{
    Place place{path, {}};
    const auto commands = app.get_subcommands([](const CLI::App *) { return true; });
    for (const CLI::App *command : commands)
        place.words += (place.words.empty() ? "" : " ") + command->get_name();
    for (const CLI::App *level = &app; level; level = level->get_parent())
        addOptionWords(*level, place.words);
    places.push_back(std::move(place));
    for (const CLI::App *command : commands)
        collect(*command, path + " " + command->get_name(), places);
}

// For zsh too: its `path` is the search path itself, and it wants its arithmetic in $((...)).
void printBash(std::ostream &out, const std::vector<Place> &places)
{
    out << "_slipwayctl() {\n"
           "    local current=${COMP_WORDS[$COMP_CWORD]} "
           "previous=${COMP_WORDS[$((COMP_CWORD-1))]}\n"
           "    local commands= word words=\n"
           "    for word in \"${COMP_WORDS[@]:1:$((COMP_CWORD-1))}\"; do\n"
           "        case \"$commands $word\" in\n            ";
    for (std::size_t i = 1; i < places.size(); ++i)
        out << (i > 1 ? "|" : "") << '"' << places[i].path << '"';
    out << ") commands=\"$commands $word\";;\n        esac\n    done\n    case \"$commands\" in\n";
    for (const Place &place : places)
        out << "        \"" << place.path << "\") words=\"" << place.words << "\";;\n";
    out << "    esac\n"
           "    case \"$previous\" in\n"
           "        --slot) words=\"production staging\";;\n"
           "        --package|--config|--socket|--output|--data|-o|upload|inspect|pack) words=;;\n"
           "        backup|restore) words=;;\n"
           "    esac\n"
           "    COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
           "}\n"
           "complete -o default -F _slipwayctl slipwayctl\n";
}

void printZsh(std::ostream &out, const std::vector<Place> &places)
{
    out << "#compdef slipwayctl\nautoload -U +X bashcompinit && bashcompinit\n";
    printBash(out, places);
}

void printFish(std::ostream &out, const std::vector<Place> &places)
{
    out << "function __slipwayctl_path\n"
           "    set -l path ''\n"
           "    for word in (commandline -opc)[2..-1]\n"
           "        if contains -- \"$path $word\"";
    for (std::size_t i = 1; i < places.size(); ++i)
        out << " '" << places[i].path << '\'';
    out << "\n            set path \"$path $word\"\n        end\n    end\n    echo "
           "\"$path\"\nend\ncomplete -c slipwayctl -f\n";
    for (const Place &place : places)
        out << "complete -c slipwayctl -n 'test (__slipwayctl_path) = \"" << place.path
            << "\"' -a '" << place.words << "'\n";
    out << "complete -c slipwayctl -l slot -x -a 'production staging'\n"
           "for option in package config socket output data\n"
           "    complete -c slipwayctl -l $option -rF\n"
           "end\n"
           "complete -c slipwayctl -F -n 'contains -- (__slipwayctl_path)"
           " \" package upload\" \" package inspect\" \" package pack\""
           " \" fabric backup\" \" fabric restore\"'\n";
}

struct CompletionOptions {
    std::string shell;
};

} // namespace

void addCompletionCommand(CLI::App &app, Context &context)
{
    const auto options = std::make_shared<CompletionOptions>();
    CLI::App *command = app.add_subcommand("completion", "Completion for a shell");
    command->add_option("shell", options->shell, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}).description(""))
        ->type_name("SHELL");
    onParsed(command, context, options,
             [&app](Context &c, const CompletionOptions &o) -> Result<void> {
                 std::vector<Place> places;
                 collect(app, {}, places);
                 if (o.shell == "bash")
                     printBash(c.out, places);
                 else if (o.shell == "zsh")
                     printZsh(c.out, places);
                 else
                     printFish(c.out, places);
                 return {};
             });
}

} // namespace slipway::ctl
