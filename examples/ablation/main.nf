// nextflow run main.nf --grid table8; each run is a task that may be stopped and started again.
params.sts_net = 'npx sts-net'

process run {
    errorStrategy { task.exitStatus in [2, 65] ? 'ignore' : 'retry' }
    maxRetries 5
    input: val index
    output: val index
    script: "cd ${launchDir} && ${params.sts_net} grid run ${params.grid} --index ${index}"
}

process merge {
    input: val runs
    script: "cd ${launchDir} && ${params.sts_net} grid merge ${params.grid}"
}

workflow {
    count = file("${params.grid}/runs.jsonl").readLines().size()
    run(Channel.of(0..<count)) | collect | merge
}
