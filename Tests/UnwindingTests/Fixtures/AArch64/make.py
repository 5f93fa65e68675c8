#!/usr/bin/env python3
"""Takes stack images of a cross-compiled program, stopped under an emulator, with the backtraces of gdb.

usage: make.py        writes program.elf, sigreturn.elf, sigreturn-bare.elf and images.txt beside itself

Needs the Debian packages gcc-aarch64-linux-gnu, libc6-dev-arm64-cross, qemu-user and gdb-multiarch; the tests that read
the images need none of them. gdb runs this file again, inside itself, once for each processor:

    cortex-a57   has no pointer authentication: its instructions do nothing, and gdb's backtraces are the truth
    max          without SVE, whose signal frames this gdb misreads; signs return addresses, of which the gdb stub says
                 nothing: registers and stack are taken here, and the backtraces come from the other run, which stops
                 at the same places

images.txt, a record for each stop, all numbers hexadecimal:

    image PLACE END       END: rooted, or otherwise, where the dump doesn't hold what the rest would need
    registers x0 … x30 sp pc
    stack WORD …          8 bytes each from sp up to the outermost frame; N*0 stands for N words of zero
    chain PC …            gdb's, leaf first
"""

import os
import struct
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
FLAVORS = {
    "omit_": ["-fomit-frame-pointer"],
    "frames_": ["-fno-omit-frame-pointer"],
    "signed_": ["-fomit-frame-pointer", "-mbranch-protection=standard"],
}
# Bytes of code that are kept behind a section: code is told by what follows it.
NEIGHBORS = 64
PROCESSORS = ("cortex-a57", "max,sve=off,sme=off")
WORD = 0xFFFF_FFFF_FFFF_FFFF


# MARK: Outside of gdb


def build(folder):
    """Compiles the program and the trampoline; returns their paths."""
    compiler = ["aarch64-linux-gnu-gcc", "-w"]
    objects = []
    for flavor, flags in FLAVORS.items():
        objects.append(f"{folder}/{flavor}.o")
        subprocess.run(
            compiler + ["-O2", f"-DFLAVOR(name)={flavor}##name", "-c", "-o", objects[-1], f"{HERE}/flavor.c"] + flags,
            check=True)
    program, trampoline = f"{folder}/program", f"{folder}/sigreturn"
    subprocess.run(
        compiler + ["-O2", "-static", "-Wl,-z,separate-code", "-o", program, f"{HERE}/program.c"] + objects,
        check=True)
    subprocess.run(
        compiler + ["-nostdlib", "-static", "-Wl,-z,separate-code,-Ttext=0x50000100,--build-id=none", "-o", trampoline,
                    f"{HERE}/sigreturn.S"],
        check=True)
    return program, trampoline


def sections(path):
    """Type, flags, address and contents of an ELF file's sections, by name."""
    with open(path, "rb") as file:
        data = file.read()
    table, (size, count, names) = struct.unpack_from("<Q", data, 40)[0], struct.unpack_from("<HHH", data, 58)
    headers = [struct.unpack_from("<IIQQQQIIQQ", data, table + size * index) for index in range(count)]
    result = {}
    for header in headers:
        start = headers[names][4] + header[0]
        name = data[start:data.index(b"\0", start)].decode()
        result[name] = header[1], header[2], header[3], data[header[4]:header[4] + header[5]]
    return result, struct.unpack_from("<Q", data, 24)[0]


def write_image(source, destination, code, has_rules=True):
    """Writes an ELF file with the executable segment, whose contents are kept to the end of the sections in `code`, and
    with `.eh_frame`."""
    found, entry = sections(source)
    executable = [section for section in found.values() if section[1] & 4]
    start = min(section[2] for section in executable) & ~0xFFF
    end = max(section[2] + len(section[3]) for section in executable)
    kept_end = min(max(found[name][2] + len(found[name][3]) for name in code) + NEIGHBORS, end)
    text = bytearray(end - start)
    for _, _, address, contents in executable:
        text[address - start:address - start + len(contents)] = contents
    del text[kept_end - start:]
    names = b"\0.eh_frame\0.shstrtab\0"
    text_at = 0x1000
    rules = found[".eh_frame"][3] if has_rules else b""
    rules_at = text_at + (len(text) + 7 & ~7)
    names_at = rules_at + (len(rules) + 7 & ~7)
    table_at = names_at + (len(names) + 7 & ~7)
    headers = [struct.pack("<IIQQQQIIQQ", *[0] * 10)]
    if has_rules:
        headers.append(struct.pack("<IIQQQQIIQQ", 1, 1, 2, found[".eh_frame"][2], rules_at, len(rules), 0, 0, 8, 0))
    headers.append(struct.pack("<IIQQQQIIQQ", 11, 3, 0, 0, names_at, len(names), 0, 0, 1, 0))
    out = bytearray(table_at)
    out[:64] = struct.pack(
        "<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", 2, 183, 1, entry, 64, table_at, 0, 64, 56, 1, 64, len(headers),
        len(headers) - 1)
    out[64:120] = struct.pack("<IIQQQQQQ", 1, 5, text_at, start, start, len(text), end - start, 0x1000)
    out[text_at:text_at + len(text)] = text
    out[rules_at:rules_at + len(rules)] = rules
    out[names_at:names_at + len(names)] = names
    with open(destination, "wb") as file:
        file.write(out + b"".join(headers))


def run(program, processor, folder):
    """Runs the program under gdb on a processor; returns its images."""
    socket, result = f"{folder}/{processor}.socket", f"{folder}/{processor}.images"
    # Environment and path are always the same; between runs only what depends on the emulated kernel's random bytes
    # differs: guards, mangled pointers, authentication codes.
    emulator = subprocess.Popen(
        ["qemu-aarch64", "-cpu", processor, "-g", socket, "./" + os.path.basename(program)],
        env={"PATH": "/usr/bin:/bin"}, cwd=folder, stdout=subprocess.DEVNULL)
    try:
        subprocess.run(
            ["gdb-multiarch", "-nx", "-batch", "-ex", "set sysroot /nonexistent", "-ex", f"file {program}",
             "-x", os.path.abspath(__file__)],
            env={**os.environ, "STACK_IMAGES": result, "STACK_SOCKET": socket, "STACK_PROCESSOR": processor},
            stdout=subprocess.DEVNULL, check=True)
    finally:
        emulator.kill()
        emulator.wait()
    with open(result, encoding="ascii") as file:
        return [dict(line.split(" ", 1) for line in record.splitlines()) for record in file.read().split("\n\n")]


def main():
    with tempfile.TemporaryDirectory() as folder:
        program, trampoline = build(folder)
        plain, authenticated = (run(program, processor, folder) for processor in PROCESSORS)
        images = [image for image in plain if not image["image"].startswith("signed_")]
        truth = {image["image"]: image["chain"] for image in plain}
        for image in authenticated:
            if image["image"].startswith("signed_"):
                images.append({**image, "chain": truth[image["image"]]})
        write_image(program, f"{HERE}/program.elf", [".init", ".plt"])
        write_image(trampoline, f"{HERE}/sigreturn.elf", [".text"])
        write_image(trampoline, f"{HERE}/sigreturn-bare.elf", [".text"], has_rules=False)
    with open(f"{HERE}/images.txt", "w", encoding="ascii") as file:
        file.write("\n\n".join("\n".join(f"{key} {value}" for key, value in image.items()) for image in images) + "\n")
    print(len(images), "images")


# MARK: Inside gdb


def register(name):
    return int(gdb.newest_frame().read_register(name)) & WORD


def location():
    return register("pc")


def address_of(name):
    return int(gdb.parse_and_eval(f"(unsigned long)&{name}")) & WORD


def run_to(address):
    breakpoint = gdb.Breakpoint(f"*{address:#x}", internal=True)
    gdb.execute("continue")
    breakpoint.delete()
    assert gdb.selected_thread() and location() == address, f"{address:#x} was not reached"


def words(start, end):
    """Memory in words; a run of zeros as one item."""
    data = bytes(gdb.selected_inferior().read_memory(start, end - start))
    result, zeros = [], 0
    for (word,) in struct.iter_unpack("<Q", data):
        if word == 0:
            zeros += 1
            continue
        if zeros:
            result.append(f"{zeros:x}*0")
            zeros = 0
        result.append(f"{word:x}")
    return result + ([f"{zeros:x}*0"] if zeros else [])


class Images:
    def __init__(self, top, is_signed):
        self.top = top
        self.is_signed = is_signed
        self.records = []

    def take(self, place, end="rooted", top=None):
        """Takes an image of the thread as it is stopped; `top` is where its stack ends."""
        place = f"{place}+{len(self.records)}"
        registers = [register(f"x{number}") for number in range(31)] + [register("sp"), location()]
        chain, frame = [], gdb.newest_frame()
        while frame and not self.is_signed:
            chain.append(f"{frame.pc() & WORD:x}")
            frame = frame.older()
        stack = words(registers[31], top or self.top)
        self.records.append("\n".join([
            f"image {place} {end}", "registers " + " ".join(f"{value:x}" for value in registers),
            "stack " + " ".join(stack), "chain " + " ".join(chain)]))


def step_through(images, function, flavor):
    """Takes an image before each instruction of a call, those of its callees included."""
    run_to(address_of(flavor + function))
    back, sp = register("x30") & 0x0000_FFFF_FFFF_FFFF, register("sp")
    while location() != back or register("sp") != sp:
        images.take(flavor + function)
        gdb.execute("stepi")
    images.take(flavor + function)


def inside_gdb():
    for command in ("set pagination off", "set architecture aarch64", "set backtrace past-main on",
                    "set backtrace limit unlimited", "set step-mode on",
                    f"target remote {os.environ['STACK_SOCKET']}"):
        gdb.execute(command)
    # At the program's first instruction the stack pointer is at `argc`.
    images = Images(register("sp") + 16, is_signed=os.environ["STACK_PROCESSOR"] != PROCESSORS[0])
    for flavor in FLAVORS:
        step_through(images, "work", flavor)
        run_to(address_of(flavor + "bottom"))
        images.take(flavor + "bottom")
        for place in ("large", "variable"):
            run_to(address_of(flavor + place))
            run_to(address_of(flavor + "touch"))
            images.take(flavor + place)
            gdb.execute("stepi")
            images.take(flavor + place)
            run_to(register("x30") & 0x0000_FFFF_FFFF_FFFF)
            images.take(flavor + place)
    run_to(address_of("omit_bottom"))
    images.take("recursion")
    for place in ("omit_fault", "signed_fault", "omit_wild", "signed_wild"):
        gdb.execute("continue")  # to the fault
        images.take(place)
        run_to(address_of("handler"))
        images.take(place + "-handled")
        gdb.execute("stepi 3")
        images.take(place + "-handled")
    if not images.is_signed:
        visit_library(images)
    with open(os.environ["STACK_IMAGES"], "w", encoding="ascii") as file:
        file.write("\n\n".join(images.records))


def visit_library(images):
    """Takes images of other stacks, and below, in and above functions of libc."""
    gdb.execute("continue")  # to the fault
    run_to(address_of("handler"))
    images.take("other-stack", "otherwise", top=register("sp") + 0x1400)
    for function in ("compare", "omit_leaf"):
        run_to(address_of(function))
        images.take("sorting")
    run_to(address_of("stage"))
    stubs = section_range(".plt")
    while not stubs[0] <= location() < stubs[1]:
        gdb.execute("stepi")
    while stubs[0] <= location() < stubs[1]:
        images.take("stub")
        gdb.execute("stepi")
    images.take("strlen")
    for function in ("__vfprintf_internal", "_IO_new_file_write", "__libc_write"):
        run_to(address_of(function))
        images.take("printing")
    run_to(address_of("thread"))
    top = outermost_stack_pointer()
    for function in ("thread", "omit_bottom"):
        if function != "thread":
            run_to(address_of(function))
        images.take("thread", top=top)
    run_to(address_of("coroutine"))
    top = register("sp") + 32
    images.take("coroutine", top=top)
    run_to(address_of("omit_bottom"))
    images.take("coroutine", top=top)


def outermost_stack_pointer():
    frame = gdb.newest_frame()
    while frame.older():
        frame = frame.older()
    return (int(frame.read_register("sp")) & WORD) + 16


def section_range(name):
    for line in gdb.execute("info files", to_string=True).splitlines():
        parts = line.split()
        if len(parts) >= 5 and parts[4] == name:
            return int(parts[0], 16), int(parts[2], 16)
    raise ValueError(name)


if "STACK_IMAGES" in os.environ:
    import gdb

    inside_gdb()
else:
    main()
